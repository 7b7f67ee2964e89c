-- exercise: 118708-x-3
DROP SCHEMA public CASCADE;
DROP EXTENSION IF EXISTS pg_background CASCADE;
DROP OWNED BY student CASCADE;
SELECT count(*) FROM pg_class WHERE relname = 'mail_messages';
