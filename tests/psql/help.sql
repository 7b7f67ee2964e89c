-- \h and \copyright.
\h
\help
\h *
\h select
\h SELECT
\h alter t
\h alter table nosuch
\h alter nosuch nosuch
\h create unique index
\h nosuch
\h nosuch thing
\h insert;
\h  update  ;
\h create table as
\h Begin \\ SELECT 1;
\h dr
\copyright
\h ;
\echo before the list of commands
\?
\echo after the list of commands
