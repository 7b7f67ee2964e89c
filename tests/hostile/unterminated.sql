-- exercise: 118708-x-3
SELECT count(*) FROM mail_messages
-- exercise: exactly-one-worker
SELECT 'this never ends
-- exercise: four-workers
SELECT $$ nor this
