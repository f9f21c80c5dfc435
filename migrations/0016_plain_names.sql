-- Functions that nobody but posting and attach calls have names that say what they do.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.find_standing(pgsync.claim[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.take_back(bigint[], bigint[], boolean[], date[], text[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.set_aside(bigint[]);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.settle_earlier(pgsync.claim[], bigint[], text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.claim_of(bigint);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.key_guard(regclass, text[]);

delete from pgsync.migrations
where path in (
    'sql/functions/find_standing.sql', 'sql/functions/take_back.sql', 'sql/functions/set_aside.sql',
    'sql/functions/settle_earlier.sql', 'sql/functions/claim_of.sql', 'sql/functions/key_guard.sql'
);
