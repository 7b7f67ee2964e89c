-- exercise: 118708-x-3
CREATE ROLE other;
CREATE DATABASE other;
CREATE TABLESPACE t LOCATION '/tmp';
SET ROLE admin;
SET SESSION AUTHORIZATION admin;
GRANT pg_read_server_files TO student;
PREPARE TRANSACTION 'x';
SELECT pg_create_logical_replication_slot('s', 'pgoutput');
CREATE SUBSCRIPTION s CONNECTION 'dbname=postgres' PUBLICATION p;
LOAD 'auto_explain';
CREATE LANGUAGE plpython3u;
CREATE EXTENSION adminpack;
SELECT count(*) FROM mail_messages;
