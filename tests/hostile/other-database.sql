-- exercise: 118708-x-3
\c postgres
\c template1
\c template_mail
\c - admin
\c - - /tmp 5432
\c - - 127.0.0.1 5432
\connect "host=127.0.0.1 dbname=postgres"
SELECT current_database() ~ '^lab_' AS here;
