import PGSyncRules
import Postgres

/// The statement that compares the results of two sets of rules for some records.
///
/// The server sums up and compares, so that only differences are transferred. The text contains only numbers
/// and the names of rules, which are plain words.
struct RuleComparisonQuery {
    private let candidates: [Rule]
    private let tables: [String: Int64]

    init(candidates: [Rule], tables: [String: Int64]) {
        self.candidates = candidates
        self.tables = tables
    }

    /// Encrypted changes are listed again.
    func overChanges(_ ids: [Int64], encrypted: [Int64]) -> Query {
        statement(
            """
            select
                log.source_table,
                log.record_id,
                coalesce(log.data, (decrypted.image -> 'data')::jsonb) as image,
                row_number() over (order by log.id) as number
            from pgsync.sync_logs as log
            left join unnest($2::bigint[], pgsync.decrypted_images($2)) as decrypted (log_id, image)
                on decrypted.log_id = log.id
            where log.id = any($1)
            """,
            [ids, encrypted]
        )
    }

    func overRows(_ rows: [RowReader.Image], of table: Int64) -> Query {
        statement(
            """
            select $1::oid::regclass as source_table, given.record_id, given.image, given.number
            from unnest($2::text[], $3::jsonb[]) with ordinality as given (record_id, image, number)
            """,
            [table, rows.map(\.recordID), rows.map(\.content)]
        )
    }

    private func statement(_ given: String, _ parameters: [any PostgresEncodable]) -> Query {
        let names = candidates.map(\.name).joined(separator: ",")
        return Query(
            """
            with given as materialized (
                \(given)
            ),
            batch as materialized (
                select
                    array_agg(given.source_table order by given.number) as tables,
                    array_agg(given.image order by given.number) as images
                from given
            ),
            before as materialized (
                select
                    posted.number, split_part(posted.rule, '@', 1) as name, posted.rule,
                    judged.made ->> 'error_class' as error_class,
                    posted.currency, posted.accounts, posted.amounts, judged.made - '{number,rule}'::text[] as made
                from batch
                cross join lateral pgsync.evaluate(batch.tables, batch.images) as posted
                cross join lateral (select \(RuleTrial.outcome) as made) as judged
                where split_part(posted.rule, '@', 1) = any('{\(names)}'::text[])
            ),
            after as materialized (
                \(candidates.map(branch).joined(separator: "\nunion all\n"))
            ),
            compared as (
                select
                    given.source_table, given.record_id, given.number,
                    before.rule as rule_before, before.made as before, after.rule as rule_after, after.made as after
                from before
                full join after on after.number = before.number and after.name = before.name
                inner join given on given.number = coalesce(before.number, after.number)
                where before.made - 'error_message' is distinct from after.made - 'error_message'
                order by given.number
            ),
            summed as (
                select line.account, line.currency, sum(line.before) as before, sum(line.after) as after
                from (
                    select
                        unnest(before.accounts) as account, before.currency, unnest(before.amounts) as before,
                        0::bigint as after
                    from before
                    where before.error_class is null
                    union all
                    select unnest(after.accounts), after.currency, 0::bigint, unnest(after.amounts)
                    from after
                    where after.error_class is null
                ) as line
                group by line.account, line.currency
            )
            select
                'record' as kind, pgsync.qualified_name(compared.source_table) as subject, compared.record_id as detail,
                compared.rule_before, compared.before, compared.rule_after, compared.after
            from compared
            union all
            select 'sum', summed.account, summed.currency, null, to_jsonb(summed.before), null, to_jsonb(summed.after)
            from summed
            union all
            select
                'failures', null, null, null,
                to_jsonb((select count(*) from before where before.error_class is not null)), null,
                to_jsonb((select count(*) from after where after.error_class is not null))
            """,
            parameters
        )
    }

    private func branch(of rule: Rule) -> String {
        """
        select
            given.number, '\(rule.name)' as name, '\(rule.label)' as rule, judged.made ->> 'error_class' as error_class,
            posted.currency, posted.accounts, posted.amounts, judged.made
        from given
        cross join lateral \(RuleTrial.schema).\(RuleCompiler.bareName(of: rule))(given.image) as posted
        cross join lateral (select \(RuleTrial.outcome) as made) as judged
        where given.source_table::bigint = \(tables[rule.table] ?? 0)
        """
    }
}
