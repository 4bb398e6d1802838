"""What every package stands on; knows none of them."""
