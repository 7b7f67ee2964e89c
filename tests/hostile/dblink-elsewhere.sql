-- exercise: first-remote-query
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT * FROM dblink('host=127.0.0.1 dbname=template_mail user=student', 'SELECT 1') AS t(x int);
SELECT * FROM dblink('dbname=postgres user=admin password=admin', 'SELECT 1') AS t(x int);
SELECT * FROM dblink('host=127.0.0.1 port=5432 user=postgres password=postgres dbname=postgres', 'SELECT 1') AS t(x int);
SELECT dblink_connect('dbname=template1');
