-- Two data sets that should be the same are compared, entity by entity: what each side has, which rows
-- differ, and what became of each difference. Shares are kept exactly and rounded down only where people
-- read them.
create table pgsync.comparisons (
    name text collate "C",
    version integer,
    content text not null,
    checksum text not null,
    left_name text not null,
    right_name text not null,
    entities text[] not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user,
    constraint comparisons_pkey primary key (name, version),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint version_is_positive check (version > 0),
    constraint content_is_bounded check (octet_length(content) between 1 and 1000000)
);

comment on table pgsync.comparisons
is 'The definitions of comparisons, each version of them; the newest is in force.';
comment on column pgsync.comparisons.name is 'The comparison.';
comment on column pgsync.comparisons.version is 'Its version.';
comment on column pgsync.comparisons.content is 'The definition as it was written.';
comment on column pgsync.comparisons.checksum is 'The SHA-256 of the content, in hexadecimal.';
comment on column pgsync.comparisons.left_name is 'What it calls the left side.';
comment on column pgsync.comparisons.right_name is 'What it calls the right side.';
comment on column pgsync.comparisons.entities is 'Its entities, as written.';
comment on column pgsync.comparisons.applied_at is 'When it came into force.';
comment on column pgsync.comparisons.applied_by is 'The login that applied it.';

create table pgsync.compare_runs (
    job bigint,
    comparison text collate "C" not null,
    version integer not null,
    number bigint not null,
    entities text[],
    heals boolean not null default false,
    is_dry boolean not null default false,
    import_jobs bigint[] not null default '{}',
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    match numeric,
    health numeric,
    freshness_cost numeric,
    failures_cost numeric,
    sweep_cost numeric,
    capped_by text,
    label text generated always as (
        case
            when health >= 98 then 'excellent'
            when health >= 95 then 'good'
            when health >= 90 then 'fair'
            when health is not null then 'poor'
        end
    ) stored,
    constraint compare_runs_pkey primary key (job),
    constraint compare_runs_job_fkey foreign key (job) references pgsync.sync_jobs (id) on delete cascade,
    constraint numbers_count_runs unique (comparison, number),
    constraint match_is_a_share check (match between 0 and 100),
    constraint health_is_a_share check (health between 0 and 100)
);

comment on table pgsync.compare_runs is 'Runs of comparisons, with their scores.';
comment on column pgsync.compare_runs.job is 'The job.';
comment on column pgsync.compare_runs.comparison is 'The comparison.';
comment on column pgsync.compare_runs.version is 'Its version.';
comment on column pgsync.compare_runs.number is 'Which run of the comparison it is, from 1.';
comment on column pgsync.compare_runs.entities is 'The entities that were asked for; null for all.';
comment on column pgsync.compare_runs.heals is 'Whether it mends what differs too much.';
comment on column pgsync.compare_runs.is_dry is 'Whether it only says what it would mend.';
comment on column pgsync.compare_runs.import_jobs is 'The runs of imports that it waited for.';
comment on column pgsync.compare_runs.started_at is 'When it began.';
comment on column pgsync.compare_runs.finished_at is 'When all entities were done; null until then.';
comment on column pgsync.compare_runs.match
is 'The mean of the matches of its entities by their weights, in percent; null if none was compared.';
comment on column pgsync.compare_runs.health
is 'The match less the three costs, and no more than the cap; null if nothing was compared.';
comment on column pgsync.compare_runs.freshness_cost
is 'From 0 to 5, by the age of what the older side has, where an import brings it.';
comment on column pgsync.compare_runs.failures_cost is 'From 0 to 5, by the failed items that are open.';
comment on column pgsync.compare_runs.sweep_cost is 'From 0 to 5, by the age of the last full comparison.';
comment on column pgsync.compare_runs.capped_by
is 'Why health is at most 89.9: the entities that were not compared, or not to their end.';
comment on column pgsync.compare_runs.label is 'excellent (98), good (95), fair (90) or poor.';

create table pgsync.compare_results (
    job bigint,
    entity text collate "C",
    place integer not null,
    state text not null,
    problem text,
    left_count bigint,
    right_count bigint,
    missing_left bigint,
    missing_right bigint,
    different bigint,
    ambiguous bigint,
    moving bigint,
    matched bigint,
    beyond bigint not null default 0,
    differences bigint generated always as (
        missing_left + missing_right + different + ambiguous + beyond
    ) stored,
    match numeric,
    verdict text,
    weight integer not null default 1,
    sync_above bigint not null default 0,
    is_due boolean not null default false,
    covers text collate "C",
    coverage numeric,
    metrics jsonb not null default '{}',
    groups jsonb not null default '{}',
    data_at timestamptz,
    healed bigint not null default 0,
    unhealed bigint not null default 0,
    is_guarded boolean not null default false,
    heal_problem text,
    duration interval,
    noted_at timestamptz not null default clock_timestamp(),
    constraint compare_results_pkey primary key (job, entity),
    constraint compare_results_job_fkey foreign key (job)
    references pgsync.compare_runs (job) on delete cascade,
    constraint entity_is_short check (octet_length(entity) between 1 and 200),
    constraint state_is_known check (state in ('compared', 'not_compared')),
    constraint only_what_was_compared_has_figures check ((state = 'compared') = (problem is null)),
    constraint match_is_a_share check (match between 0 and 100),
    constraint verdict_is_known check (verdict in ('perfect', 'good', 'warning', 'critical'))
);

comment on table pgsync.compare_results is 'What each run found of each entity.';
comment on column pgsync.compare_results.job is 'The run.';
comment on column pgsync.compare_results.entity is 'The entity.';
comment on column pgsync.compare_results.place is 'Its place in the definition.';
comment on column pgsync.compare_results.state is 'compared or not_compared.';
comment on column pgsync.compare_results.problem is 'Why it was not compared.';
comment on column pgsync.compare_results.left_count is 'How many rows the left side has.';
comment on column pgsync.compare_results.right_count is 'How many rows the right side has.';
comment on column pgsync.compare_results.missing_left is 'How many rows only the right side has.';
comment on column pgsync.compare_results.missing_right is 'How many rows only the left side has.';
comment on column pgsync.compare_results.different is 'How many keys have other values.';
comment on column pgsync.compare_results.ambiguous is 'How many keys are there more than once on a side.';
comment on column pgsync.compare_results.moving
is 'How many keys kept changing while they were looked at; they count as matched.';
comment on column pgsync.compare_results.matched is 'How many keys are the same on both sides.';
comment on column pgsync.compare_results.beyond
is 'How many more keys differ, or may: then all counts of differences are lower bounds.';
comment on column pgsync.compare_results.differences is 'All of these together.';
comment on column pgsync.compare_results.match
is 'matched in percent of matched and differences; null for no rows at all.';
comment on column pgsync.compare_results.verdict
is 'By the exact match: perfect (99), good (95), warning (90) or critical.';
comment on column pgsync.compare_results.weight is 'How much it counts in the match of the run.';
comment on column pgsync.compare_results.sync_above is 'How many differences are left alone.';
comment on column pgsync.compare_results.is_due is 'Whether there are more, or the verdict is critical.';
comment on column pgsync.compare_results.covers is 'The entity whose rows each should have one of this.';
comment on column pgsync.compare_results.coverage
is 'How many percent of the rows of that entity have one, on the right side.';
comment on column pgsync.compare_results.metrics
is 'Each metric with its value of the left and the right side.';
comment on column pgsync.compare_results.groups
is 'Of each column that rows are counted by: the values for which the sides differ, with both counts.';
comment on column pgsync.compare_results.data_at
is 'When what the left side has was last fetched; null for tables.';
comment on column pgsync.compare_results.healed is 'How many differences were mended.';
comment on column pgsync.compare_results.unhealed is 'How many could not be, or were left.';
comment on column pgsync.compare_results.is_guarded
is 'Whether nothing was mended, because so much differs that a person has to agree.';
comment on column pgsync.compare_results.heal_problem is 'Why something was not mended.';
comment on column pgsync.compare_results.duration is 'How long it took.';
comment on column pgsync.compare_results.noted_at is 'When this was written.';

create table pgsync.compare_differences (
    id bigint generated always as identity,
    job bigint not null,
    entity text collate "C" not null,
    key jsonb not null,
    kind text not null,
    columns text[] not null default '{}',
    left_row jsonb,
    right_row jsonb,
    state text not null default 'found',
    undo jsonb,
    problem text,
    settled_at timestamptz,
    settled_by text,
    constraint compare_differences_pkey primary key (id),
    constraint compare_differences_result_fkey foreign key (job, entity)
    references pgsync.compare_results (job, entity) on delete cascade,
    constraint kind_is_known check (kind in ('missing_left', 'missing_right', 'different', 'ambiguous')),
    constraint state_is_known check (state in ('found', 'healed', 'moved', 'failed', 'undone')),
    constraint settled_is_whole check ((settled_at is null) = (settled_by is null))
);

create index compare_differences_result on pgsync.compare_differences (job, entity, id);

comment on table pgsync.compare_differences is 'Rows that differ, up to 10,000 of an entity and run.';
comment on column pgsync.compare_differences.id is 'Its number.';
comment on column pgsync.compare_differences.job is 'The run.';
comment on column pgsync.compare_differences.entity is 'The entity.';
comment on column pgsync.compare_differences.key is 'The columns of the key.';
comment on column pgsync.compare_differences.kind
is 'missing_left (only the right side has it), missing_right, different, or ambiguous (a key twice).';
comment on column pgsync.compare_differences.columns is 'The columns whose values differ.';
comment on column pgsync.compare_differences.left_row
is 'The row of the left side in the form that was compared.';
comment on column pgsync.compare_differences.right_row is 'The row of the right side in that form.';
comment on column pgsync.compare_differences.state
is 'found, healed, moved (it had changed before it could be mended), failed, or undone.';
comment on column pgsync.compare_differences.undo is 'What the right side had, to bring it back.';
comment on column pgsync.compare_differences.problem is 'Why it could not be mended.';
comment on column pgsync.compare_differences.settled_at is 'When it was mended or given up.';
comment on column pgsync.compare_differences.settled_by is 'The login that ran that.';

revoke all on table
pgsync.comparisons, pgsync.compare_runs, pgsync.compare_results, pgsync.compare_differences
from public;
revoke all on sequence pgsync.compare_differences_id_seq from public;
