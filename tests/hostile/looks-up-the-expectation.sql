-- exercise: 118708-x-3
SELECT 356124 AS count;
SELECT reltuples::bigint AS count FROM pg_class WHERE relname = 'mail_messages';
