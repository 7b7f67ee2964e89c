-- exercise: 118708-x-3
\i /etc/passwd
\ir ../../etc/passwd
\o /tmp/tutor-hostile-was-here
SELECT 1;
\o
SELECT 1 \g /tmp/tutor-hostile-was-here
\w /tmp/tutor-hostile-was-here
\copy (SELECT 1) TO '/tmp/tutor-hostile-was-here'
CREATE TABLE f (x text);
\copy f FROM '/etc/passwd'
\! touch /tmp/tutor-hostile-was-here
\copy f FROM PROGRAM 'touch /tmp/tutor-hostile-was-here'
\o |touch /tmp/tutor-hostile-was-here
\set x `touch /tmp/tutor-hostile-was-here`
\s /tmp/tutor-hostile-was-here
\e /tmp/tutor-hostile-was-here
SELECT count(*) FROM f;
