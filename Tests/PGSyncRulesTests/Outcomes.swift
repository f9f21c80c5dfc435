import Days
import JSON
import Postgres
import TestSupport

@testable import PGSyncRules

extension TestDatabase {
    /// What a compiled rule makes of each image, in words.
    func outcomes(of rule: Rule, for images: [String]) async throws -> [String] {
        let function = RuleCompiler.functionName(of: rule)
        return try await session { session in
            _ = try session.runScript(
                "set search_path = pg_catalog, pg_temp; \(RuleCompiler.compile(rule)) reset search_path;"
            )
            let list = images.map(SQLText.literal).joined(separator: ", ")
            let rows = try session.runScript(
                """
                select case
                    when posted.error_class is not null then concat_ws(
                        '|', posted.error_class, posted.error_message, posted.error_column,
                        coalesce(posted.entry_date::text, '-'), posted.currency, posted.description,
                        posted.accounts, posted.amounts, posted.parties, posted.dimensions
                    )
                    else coalesce((
                        select string_agg(concat_ws(
                            '|', line.number, posted.entry_date, posted.currency, posted.description, line.account,
                            line.amount, coalesce(line.party, '-'),
                            case when line.dimensions = '{}' then 'empty' else (
                                select string_agg(key || '=' || value, ',' order by key collate "C")
                                from jsonb_each_text(line.dimensions)
                            ) end
                        ), e'\\n' order by line.number)
                        from unnest(posted.accounts, posted.amounts, posted.parties, posted.dimensions)
                            with ordinality as line (account, amount, party, dimensions, number)
                    ), '')
                end
                from unnest(array[\(list)]::text[]) with ordinality as batch (image, number)
                left join lateral \(function)(batch.image::jsonb) as posted on true
                order by batch.number
                """
            )
            return try rows.map { try $0.decode(0, as: String.self) }
        }
    }
}

extension RuleOutcome {
    var kind: String {
        switch self {
        case .nothing: "nothing"
        case .entry: "entry"
        case .failure(let failure): failure.kind.rawValue
        }
    }
}

extension RuleEvaluator {
    /// What becomes of a row, as the query above writes it.
    func summary(of row: JSONValue) -> String { summary(of: row, becoming: evaluate(row)) }

    func summary(of row: JSONValue, becoming outcome: RuleOutcome) -> String {
        switch outcome {
        case .nothing: return ""
        case .failure(let failure):
            let parts: [String?] = [
                failure.kind.rawValue, failure.message, failure.column, date(of: row)?.description ?? "-",
            ]
            return parts.compactMap(\.self).joined(separator: "|")
        case .entry(let entry):
            return zip(1..., entry.lines).map { number, line in
                let dimensions = line.dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                let parts: [String?] = [
                    "\(number)", "\(entry.date)", entry.currency, entry.description, line.account,
                    "\(line.amount)", line.party ?? "-",
                    dimensions.isEmpty ? nil : dimensions.joined(separator: ","),
                ]
                return parts.compactMap(\.self).joined(separator: "|")
            }.joined(separator: "\n")
        }
    }
}
