create or replace view pgsync.master_states as
select
    own.endpoint,
    called.base_url,
    own.other_urls,
    coalesce(
        own.protection,
        case
            when 'http:' = any(
                select substring(place.url from '^[a-z]+:')
                from unnest(called.base_url || own.other_urls) as place (url)
            ) then 'signed'
            else 'token'
        end
    ) as protection,
    own.certificate_ref,
    own.authorities_ref,
    own.node_name,
    array(
        select synced.name
        from pgsync.synced_tables(own.tables) as synced
        order by synced.place
    ) as tables,
    own.status,
    own.last_synced_at,
    own.last_error,
    own.retry_count,
    own.is_resyncing,
    own.is_live,
    own.incarnation,
    own.next_page,
    own.sequence,
    own.unanswered is not null as has_unanswered,
    pgsync.unsent_count(own.endpoint) as pending_records,
    (
        select count(*)
        from pgsync.staged_records as staged
        where staged.endpoint = own.endpoint
    ) as not_applied,
    own.created_at,
    own.updated_at
from pgsync.masters as own
inner join pgsync.endpoints as called on own.endpoint = called.name;

comment on view pgsync.master_states
is 'The systems that this one calls to exchange records, and how each stands.';
comment on column pgsync.master_states.endpoint is 'The name of its endpoint.';
comment on column pgsync.master_states.base_url is 'Where it is.';
comment on column pgsync.master_states.other_urls
is 'Where else it may be, in the order in which it is tried.';
comment on column pgsync.master_states.protection is 'How calls are protected: token, signed or sealed.';
comment on column pgsync.master_states.certificate_ref
is 'Where the certificate and the private key are that it is shown; never these.';
comment on column pgsync.master_states.authorities_ref
is 'Where the authorities are that have signed its certificate; null for those of the system.';
comment on column pgsync.master_states.node_name is 'What it calls this system.';
comment on column pgsync.master_states.tables
is 'The tables that are exchanged with it, by their names in what is sent.';
comment on column pgsync.master_states.status is 'How the newest exchange ended, or that one is under way.';
comment on column pgsync.master_states.last_synced_at is 'When the newest successful exchange was.';
comment on column pgsync.master_states.last_error
is 'What went wrong in the newest exchange; null if nothing did.';
comment on column pgsync.master_states.retry_count
is 'How many exchanges have failed since the last successful one.';
comment on column pgsync.master_states.is_resyncing is 'Whether everything is loaded anew.';
comment on column pgsync.master_states.pending_records is 'How many records the master does not have yet.';
comment on column pgsync.master_states.not_applied
is 'How many records came from it that are not applied yet, or cannot be.';
comment on column pgsync.master_states.incarnation is 'Its incarnation when it was called last.';
comment on column pgsync.master_states.next_page is 'Its cursor behind the newest page that came.';
comment on column pgsync.master_states.sequence is 'The number of the newest upload that it answered.';
comment on column pgsync.master_states.has_unanswered
is 'Whether an upload was sent that it has not answered.';
comment on column pgsync.master_states.is_live is 'Whether records are exchanged as soon as they change.';
comment on column pgsync.master_states.created_at is 'When it was added.';
comment on column pgsync.master_states.updated_at is 'When it was changed.';
