import Days
import PGSyncRules
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("What rules are checked against", .migrated, .timeLimit(.minutes(10)))
struct RuleContextTests {
    private func context(_ script: String, tables: String...) async throws -> RuleContext {
        try await TestDatabase.current.session { session in
            try session.runScript(script)
            return try RuleStore(session).context(tables: Set(tables))
        }
    }

    @Test("is the chart, the currencies and the day of the database")
    func ledger() async throws {
        let context = try await context(
            """
            insert into ledger.accounts (code, name, type, party_required, active)
            values ('1000', 'Cash', 'asset', false, true), ('1200', 'Receivable', 'asset', true, false)
            """
        )
        #expect(context.chart["1000"]?.name == "Cash" && context.chart["1000"]?.requiresParty == false)
        #expect(context.chart["1200"]?.requiresParty == true && context.chart["1200"]?.isActive == false)
        #expect(context.currencies == RuleContext.usualCurrencies)
        #expect(context.today?.year ?? 0 >= 2020)
        #expect(context.applied.isEmpty && context.tables.isEmpty)
    }

    @Test("tells the columns of a table by what their images hold, domains and all")
    func kinds() async throws {
        let context = try await context(
            """
            create type mode as enum ('cash');
            create type part as (mode text, amount numeric);
            create domain amount as numeric(12, 2);
            create domain fee as amount check (value > 0);
            create schema "Odd";
            create table "Odd"."Table" (
                "Text" text, varied varchar(5), mode mode, id uuid, whole bigint, fee fee, ratio real, truth boolean,
                day date, moment timestamptz, clock time, price money, doc jsonb, plain json, docs jsonb[], parts part[],
                numbers int[], one part, gone int
            );
            alter table "Odd"."Table" drop column gone;
            """,
            tables: "Odd.Table",
            "public.missing"
        )
        let shape = try #require(context.tables["Odd.Table"])
        let expected: [String: StoredType] = [
            "Text": .text, "varied": .text, "mode": .text, "id": .text, "whole": .integer, "fee": .decimal,
            "ratio": .float, "truth": .boolean, "day": .date, "moment": .timestamp, "clock": .text,
            "price": .money,
            "doc": .json, "plain": .json, "docs": .objects, "parts": .other, "numbers": .other,
            "one": .text,
        ]
        let kinds = shape.columns.mapValues(\.kind)
        #expect(kinds == expected)
        #expect(shape.columns["varied"]?.dataType == "character varying(5)")
        #expect(shape.columns["fee"]?.dataType == "fee")
        #expect(!shape.columns.values.contains { !$0.isCaptured })
        #expect(context.tables["public.missing"] == nil && context.tableNames.contains("Odd.Table"))
    }

    @Test("knows which columns an attached table does not show, and of a partitioned one the root")
    func captured() async throws {
        let context = try await context(
            """
            create table bills (id bigint, day date, amount numeric, patient text, primary key (id, day))
            partition by range (day);
            create table bills_2026 partition of bills for values from ('2026-01-01') to ('2027-01-01');
            select pgsync.attach('bills', columns => array['amount']);
            """,
            tables: "public.bills"
        )
        let shape = try #require(context.tables["public.bills"])
        #expect(shape.columns.filter { $0.value.isCaptured }.keys.sorted() == ["amount", "day", "id"])
        #expect(shape.columns["patient"]?.isCaptured == false)
        #expect(context.tableNames == ["public.bills"])
    }

    @Test("can be read by who may read")
    func readers() async throws {
        for role in ["pgsync_reader", "pgsync_auditor", "pgsync_operator", "pgsync_worker"] {
            let context = try await context("set role \(role)", tables: "public.bills")
            #expect(context.today != nil, "\(role)")
        }
    }

    @Test("takes columns for what capture really writes of them")
    func images() async throws {
        let images = try await TestDatabase.current.session { session in
            try session.runScript(
                """
                create type part as (mode text, amount numeric);
                create domain amount as numeric(12, 2);
                create table bills (
                    id bigint primary key, fee amount, ratio real, truth boolean, day date, moment timestamptz, doc jsonb,
                    plain json, docs jsonb[], parts part[]
                );
                select pgsync.attach('bills');
                insert into bills values (
                    1, 1.50, 0.5, true, '2026-01-31', '2026-01-31 10:00+00', '{}', '[]', array['{}']::jsonb[],
                    array[('cash', 1)]::part[]
                );
                """
            )
            return try session.query(
                """
                select field.key || ' ' || jsonb_typeof(field.value) || ' ' || left(field.value::text, 12) as field
                from pgsync.sync_logs as log
                cross join lateral jsonb_each(log.data) as field
                order by field.key
                """
            ).map { try $0.decode("field", as: String.self) }
        }
        #expect(
            images == [
                "day string \"2026-01-31\"", "doc object {}", "docs array [{}]", "fee number 1.50",
                "id number 1",
                "moment string \"2026-01-31T", "parts string \"{\\\"(cash,1)", "plain array []",
                "ratio number 0.5",
                "truth boolean true",
            ]
        )
    }
}
