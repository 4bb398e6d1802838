"""What no audit may find: minutes that were paid at two places, and that nobody decided on."""

from incentive.ledger.checks import register

register(
    "no two records that verified themselves hold the same minutes of one person",
    """
    WITH served AS (
        SELECT v.id, v.person_id, a.check_in_at,
               greatest(a.check_in_at, h.starts_at) AS begins,
               least(a.check_out_at, h.ends_at) AS ends
        FROM service_records v
        JOIN attendances a ON a.id = v.attendance_id
        JOIN shifts h ON h.id = v.shift_id
        WHERE v.status = 'verified' AND v.decided_by IS NULL
    )
    SELECT one.id AS record_id, other.id AS other_record_id,
           greatest(one.begins, other.begins) AS begins, least(one.ends, other.ends) AS ends
    FROM served one
    JOIN served other ON other.person_id = one.person_id AND other.id > one.id
    WHERE greatest(one.begins, other.begins) < least(one.ends, other.ends)
    """,
)
