-- exercise: 118708-x-3
SELECT lo_import('/etc/passwd');
SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/tutor-hostile-was-here');
SELECT lo_create(0) FROM generate_series(1, 1000);
