create or replace function pgsync.channel_settings()
returns table (kind text, setting text, type text, is_required boolean, meaning text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('command', 'command', 'words', true, 'The program and its arguments, as they are: no shell reads them.'),
('command', 'environment', 'names', false, 'Which variables of the worker it sees; none without.'),
('command', 'seconds', 'seconds', false, 'How long it may run: 30 unless set.'),
('webhook', 'url', 'url', true, 'Where to post it; https, or http to what PGSYNC_ADDRESSES names.'),
('webhook', 'authorities', 'path', false, 'A file of certificates to trust instead of the system''s.'),
('slack', 'authorities', 'path', false, 'A file of certificates to trust instead of the system''s.'),
('mail', 'host', 'host', true, 'The mail server.'),
('mail', 'port', 'port', false, 'Its port: 587 unless set, or 465 with tls.'),
('mail', 'encryption', 'encryption', false, 'starttls unless set, tls, or none to what PGSYNC_ADDRESSES names.'),
('mail', 'user', 'line', false, 'Who logs in, with the secret as the password.'),
('mail', 'from', 'address', true, 'Who sends it.'),
('mail', 'to', 'addresses', true, 'Who gets it.'),
('mail', 'authorities', 'path', false, 'A file of certificates to trust instead of the system''s.');
$$;

comment on function pgsync.channel_settings()
is 'The settings of each kind of channel, and what each means; notify has none.';
