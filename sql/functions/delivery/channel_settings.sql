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
('webhook', 'url', 'url', true, 'Where to post it; https, or http to an allowed address.'),
('webhook', 'allow_addresses', 'ranges', false, 'Addresses that are not public and may be connected to.'),
('webhook', 'authorities', 'path', false, 'A file of certificates to trust instead of those of the system.'),
('slack', 'allow_addresses', 'ranges', false, 'Addresses that are not public and may be connected to.'),
('slack', 'authorities', 'path', false, 'A file of certificates to trust instead of those of the system.'),
('mail', 'host', 'host', true, 'The mail server.'),
('mail', 'port', 'port', false, 'Its port: 587 unless set, or 465 with tls.'),
('mail', 'encryption', 'encryption', false, 'starttls unless set, tls or none.'),
('mail', 'user', 'line', false, 'Who logs in, with the secret as the password.'),
('mail', 'from', 'address', true, 'Who sends it.'),
('mail', 'to', 'addresses', true, 'Who gets it.'),
('mail', 'allow_addresses', 'ranges', false, 'Addresses that are not public and may be connected to.'),
('mail', 'authorities', 'path', false, 'A file of certificates to trust instead of those of the system.');
$$;

comment on function pgsync.channel_settings()
is 'The settings of each kind of channel, and what each means; notify has none.';
