-- exercise: 118708-x-3
SELECT count(*) FROM mail_messages;
-- exercise: ../../etc/passwd
SELECT 1;
-- exercise: <script>alert(1)</script>
SELECT 1;
-- exercise: 118708-x-3
SELECT 2;
