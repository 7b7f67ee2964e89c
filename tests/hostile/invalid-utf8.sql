-- exercise: 118708-x-3
SELECT 'ÿþÃ(' AS x;
SELECT count(*) FROM mail_messages;
