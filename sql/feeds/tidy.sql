-- Takes away what a reader left for the landing.
drop view if exists submitted;
drop view if exists feed_record;
drop view if exists feed_header;
drop view if exists line_01;
drop view if exists line_05;
drop view if exists line_06;
drop table if exists feed_scope;
drop table if exists feed_row;
drop table if exists header_line;
drop table if exists feed_line;
drop table if exists submitted_scope;
drop table if exists submitted_result;
