-- exercise: 118708-x-3
CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION e();
SELECT count(*) FROM mail_messages;
