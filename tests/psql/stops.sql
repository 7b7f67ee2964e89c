\set ON_ERROR_STOP on
SELECT 'before';
\if true
SELECT 1 \; SELECT nosuch; SELECT 'same line';
SELECT 'never';
