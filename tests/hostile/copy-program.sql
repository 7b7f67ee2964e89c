-- exercise: 118708-x-3
COPY (SELECT 1) TO PROGRAM 'touch /tmp/tutor-hostile-was-here';
COPY mail_messages FROM PROGRAM 'cat /etc/passwd';
COPY (SELECT 1) TO '/tmp/tutor-hostile-was-here';
