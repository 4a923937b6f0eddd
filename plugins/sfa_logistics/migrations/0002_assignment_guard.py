"""What a plan must never break is refused by the database, too, whoever writes.

Overlaps are exclusion constraints (0001). Here: no seat that the tutor does not have, nobody of
another service, and no more minutes in a week than the trainee's project allows; the trainee's row
is locked while they are summed, so that two plans at the same time cannot both fit.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION sfa_assignment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    task_service bigint;
    tutor_service bigint;
    tutor_seats integer;
    trainee_service bigint;
    week_limit integer;
    week_minutes numeric;
BEGIN
    IF NEW.undone_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT service_id INTO task_service FROM sfa_logistics_task WHERE id = NEW.task_id;
    SELECT service_id, trainees_at_once INTO tutor_service, tutor_seats
        FROM sfa_logistics_tutor WHERE id = NEW.tutor_id;
    SELECT service_id, weekly_minutes INTO trainee_service, week_limit
        FROM sfa_logistics_trainee WHERE id = NEW.trainee_id FOR NO KEY UPDATE;
    IF task_service IS DISTINCT FROM tutor_service
            OR task_service IS DISTINCT FROM trainee_service THEN
        RAISE EXCEPTION 'task, trainee and tutor are not of one service'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_of_one_service';
    END IF;
    IF NEW.seat > tutor_seats THEN
        RAISE EXCEPTION 'tutor % has % places', NEW.tutor_id, tutor_seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_tutor_has_the_seat';
    END IF;
    SELECT coalesce(sum(extract(epoch FROM ends_at - starts_at)), 0) / 60 INTO week_minutes
        FROM sfa_logistics_assignment
        WHERE trainee_id = NEW.trainee_id AND week = NEW.week
            AND undone_at IS NULL AND id IS DISTINCT FROM NEW.id;
    IF week_minutes + extract(epoch FROM NEW.ends_at - NEW.starts_at) / 60 > week_limit THEN
        RAISE EXCEPTION 'trainee % has % minutes a week', NEW.trainee_id, week_limit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_within_weekly_minutes';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER sfa_assignment_guard BEFORE INSERT OR UPDATE ON sfa_logistics_assignment
    FOR EACH ROW EXECUTE FUNCTION sfa_assignment_guard();
"""

UNGUARD = """
DROP TRIGGER sfa_assignment_guard ON sfa_logistics_assignment;
DROP FUNCTION sfa_assignment_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("sfa_logistics", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
