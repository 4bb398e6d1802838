"""Points given away: to a family member, or to the fund of a region or a station."""
