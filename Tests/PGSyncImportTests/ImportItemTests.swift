import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("Items of an import that fail", .crm, .timeLimit(.minutes(5)))
struct ImportItemTests {
    /// Changes the row of a number in the answers that have it.
    private static func changing(_ id: Int, _ text: String, to other: String) -> MockFault {
        .rewritten { body in
            guard let start = body.firstRange(of: #"{"id":\#(id),"#) else { return body }
            let tail = body[start.lowerBound...]
            guard let end = tail.firstRange(of: #"Z"}"#) else { return body }
            let row = tail[..<end.upperBound]
            return body.replacing(String(row), with: row.replacing(text, with: other))
        }
    }

    private static func isPage(with id: Int, of size: Int = 10) -> @Sendable (MockCRM.Call) -> Bool {
        {
            $0.target.contains("page=\((id - 1) / size + 1)&")
                || $0.target.hasSuffix("page=\((id - 1) / size + 1)")
        }
    }

    @Test("are recorded with their column, and the rows beside them are written")
    func bad() async throws {
        for (text, other, item, failure) in [
            (#""id":15,"#, #""id":"x","#, "merchants x", "data.type id"),
            (#""id":15,"#, #""id":1e400,"#, "merchants 1e400", "data.type id"),
            (#""id":15,"#, #""id":9223372036854775808,"#, "merchants 9223372036854775808", "data.range id"),
            (#""id":15,"#, #""id":15.0,"#, "merchants 15.0", "data.type id"),
            (#""id":15,"#, "", "merchants without a key: ", "data.missing id"),
            (#""name":"Merchant 15""#, #""name":null"#, "merchants 15", "data.missing name"),
            (#""name":"Merchant 15""#, #""name":{"a":1}"#, "merchants 15", "data.type name"),
            (#""name":"Merchant 15""#, #""name":"a\u0000b""#, "merchants 15", "data.type name"),
            (
                #""status":""#, #""more":[1e999999999,"\u0000"],"x\u0000":1,"status":null,"was":""#,
                "merchants 15", "data.missing status"
            ),
            (#""id":15,"#, #""id":"1\u0000","#, "merchants without a key: ", "data.type id"),
            (#""rate":"#, #""rate":1e400,"was":"#, "merchants 15", "data.range rate"),
            (#""rate":"#, #""rate":"9999.1","was":"#, "merchants 15", "data.range rate"),
            (#""rate":"#, #""rate":2.12345,"was":"#, "merchants 15", "data.range rate"),
            (#""updated_at":"20"#, #""updated_at":"yesterday"#, "merchants 15", "data.type updated_at"),
            (
                #""updated_at":"20"#, #""updated_at":"2026-02-30T00:00:00Z 20"#, "merchants 15",
                "data.type updated_at"
            ),
        ] {
            try await bad(text: text, other: other, item: item, failure: failure)
        }
    }

    private func bad(text: String, other: String, item: String, failure: String) async throws {
        try await ImportBench.with { (bench) throws in
            bench.crm.inject(Self.changing(15, text, to: other), times: 1, when: Self.isPage(with: 15))
            let report = try await bench.run()
            #expect(report.state == .partial, "\(other): \(report)")
            #expect(bench.crm.count(fault: "rewritten") == 1)
            #expect(try await bench.differences() == ["15 missing"], "\(other)")
            let items = try await bench.failedItems("item_id, error_class, error_column, state")
            #expect(items.count == 1)
            #expect(
                items.first?.contains(item) == true && items.first?.hasSuffix("\(failure) open") == true,
                "\(items)"
            )
            // A good version of it resolves it, if it can be told by its key.
            if item == "merchants 15" {
                #expect(try await bench.run("initial").state == .completed)
                #expect(try await bench.differences() == [])
                #expect(try await bench.failedItems("state, resolution") == ["resolved a good version came"])
            }
        }
    }

    @Test("are none where a price is 0.1, written as a number or a text")
    func exact() async throws {
        try await ImportBench.with { (bench) throws in
            bench.crm.inject(
                .rewritten { body in
                    body.replacing(/"rate":"[0-9.]+"/, with: #""rate":0.1"#, maxReplacements: 5)
                        .replacing(/"rate":"[0-9.]+"/, with: #""rate":"0.100""#, maxReplacements: 5)
                }
            )
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "rewritten") == 1)
            #expect(
                try await bench.value("select count(*) from crm.merchants where id <= 10 and rate = 0.1")
                    == "10"
            )
        }
    }

    @Test("are none where a page has a key twice: its last row counts")
    func duplicate() async throws {
        try await ImportBench.with { (bench) throws in
            bench.crm.inject(
                .rewritten { $0.replacing(#"{"id":4,"name":"Merchant 4""#, with: #"{"id":3,"name":"Later""#) }
            )
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "rewritten") == 1)
            #expect(try await bench.value("select name from crm.merchants where id = 3") == "Later")
            #expect(try await bench.value("select count(*) from crm.merchants") == "94")
            let run = try await bench.runState()
            #expect(run.counts["added"] == 94 && run.counts["failed"] == 0)
        }
    }

    @Test("that are many of a page stop the stream: the API has changed")
    func changed() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.page, ImportBench.changed)]) {
            (bench) throws in
            bench.crm.inject(.rewritten { $0.replacing(#""status":"#, with: #""state":"#) }, times: nil) {
                $0.target.contains("page=1") && $0.number > 3
            }
            #expect(try await bench.run().state == .failed)
            let run = try await bench.runState()
            #expect(run.errorClass == "call.shape")
            #expect(run.errorMessage?.contains("status has no value") == true, "\(run.errorMessage ?? "")")
            // Those of the small pages before it are not lost either.
            let failed =
                Int(try await bench.value("select count(*) from pgsync.sync_failed_items") ?? "") ?? 0
            #expect((1...8).contains(failed))
            bench.crm.heal()
            #expect(try await bench.run("initial").state == .completed)
            #expect(try await bench.run("retry") { $0.retriedClass = "*" }.state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("are fetched again one by one, and given up after so many times")
    func retried() async throws {
        var options = ImportBench.small()
        options.badPerMille = 100
        try await ImportBench.with(options, streams: [ImportBench.merchants(.page, ["private email"])]) {
            (bench) throws in
            #expect(try await bench.run().state == .partial)
            let bad = try await bench.differences().count
            #expect(bad > 3)
            #expect(try await bench.failedItems().count == bad)
            #expect(
                try await bench.value(
                    "select bool_and(payload -> 'contact' = '\"…\"' and position('@' in payload::text) = 0) from pgsync.sync_failed_items"
                ) == "t"
            )
            // One is mended there, and one is gone.
            let ids = try await bench.differences().compactMap { Int($0.prefix { $0 != " " }) }
            bench.crm.edit(.merchants, ids[0])
            bench.crm.delete(.merchants, ids[1])
            #expect(try await bench.run("retry") { $0.retriedClass = "data.*" }.state == .partial)
            #expect(try await bench.differences().count == bad - 2)
            #expect(
                try await bench.failedItems("state, attempts").filter { $0.hasPrefix("resolved") }.count == 2
            )
            #expect(
                try await bench.value("select name from crm.merchants where id = \(ids[0])")
                    == "Merchant \(ids[0]), version 2"
            )
            for _ in 1...2 { try await bench.run("retry") { $0.retriedClass = "data.*" } }
            let items = try await bench.failedItems("state, attempts")
            #expect(Set(items) == ["resolved 1", "given_up 4"], "\(Set(items))")
            // Those that are due, and no others.
            let calls = bench.crm.calls.count
            #expect(try await bench.run("retry").state == .completed)
            #expect(bench.crm.calls.count == calls)
        }
    }

    @Test("that the database refuses are found one by one, and the rows beside them written")
    func refusedByTable() async throws {
        try await ImportBench.with { (bench) throws in
            try await bench.database.run(
                "alter table crm.merchants add constraint no_thirteen check (id % 13 <> 0)"
            )
            #expect(try await bench.run().state == .partial)
            #expect(
                try await bench.differences() == [
                    "13 missing", "26 missing", "39 missing", "52 missing", "65 missing", "78 missing",
                    "91 missing",
                ]
            )
            let items = try await bench.failedItems("item_id, error_class")
            #expect(items.count == 7 && items.allSatisfy { $0.hasSuffix("data.refused") }, "\(items)")
            try await bench.database.run("alter table crm.merchants drop constraint no_thirteen")
            #expect(try await bench.run("retry") { $0.retriedClass = "*" }.state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of a row whose parent failed are good once that is")
    func parent() async throws {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (20, 0, 40)
        try await ImportBench.with(
            options,
            streams: [ImportBench.merchants(), ImportBench.residuals(.cursor)]
        ) { (bench) throws in
            bench.crm.inject(
                Self.changing(15, #""name":"Merchant 15""#, to: #""name":null"#),
                when: Self.isPage(with: 15)
            )
            #expect(try await bench.run().state == .partial)
            #expect(bench.crm.count(fault: "rewritten") == 1)
            #expect(
                try await bench.failedItems("item_id, error_class") == [
                    "merchants 15 data.missing", #"residuals ["15","2024-04-01"] data.reference"#,
                    #"residuals ["15","2024-05-01"] data.reference"#,
                ]
            )
            #expect(try await bench.run("retry") { $0.retriedClass = "data.*" }.state == .completed)
            #expect(try await bench.differences(.merchants) == [])
            #expect(try await bench.differences(.residuals) == [])
            #expect(Set(try await bench.failedItems("state")) == ["resolved"])
        }
    }

    @Test("are a hundredth of all and listed with their column, all others written")
    func onePercent() async throws {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (50, 2_000, 0)
        options.badPerMille = 10
        try await ImportBench.with(
            options,
            streams: [
                ImportBench.merchants(.cursor).replacing(
                    "column name text required",
                    with: "column name text"
                )
                .replacing("column name text\n", with: "column name text from 'status'\n"),
                ImportBench.transactions(.cursor).replacing("size 'limit' 10", with: "size 'limit' 100"),
            ]
        ) { (bench) throws in
            #expect(try await bench.run().state == .partial)
            let missing = try await bench.differences(.transactions)
            #expect((5...60).contains(missing.count) && missing.allSatisfy { $0.hasSuffix("missing") })
            let items = try await bench.failedItems(
                "replace(item_id, 'transactions ', ''), error_class, error_column"
            )
            #expect(items.count == missing.count)
            #expect(
                Set(items) == Set(missing.map { $0.replacing("missing", with: "data.type amount") })
            )
        }
    }

    @Test("stay private, and are fetched and not kept")
    func privateColumns() async throws {
        try await ImportBench.with(
            streams: [
                ImportBench.merchants(.page, ["private email, name"]).replacing(
                    "    item '/merchants/{id}'\n",
                    with: ""
                )
            ]
        ) { (bench) throws in
            bench.crm.inject(
                Self.changing(15, #""status":""#, to: #""status":null,"x":""#),
                when: Self.isPage(with: 15)
            )
            try await bench.run()
            #expect(
                try await bench.failedItems("payload ->> 'name', payload ->> 'contact', error_class") == [
                    "… … data.missing"
                ]
            )
            // Without a path for one item, what was masked cannot be read again.
            #expect(try await bench.run("retry") { $0.retriedClass = "*" }.state == .partial)
            #expect(try await bench.failedItems("error_class, payload ->> 'name'") == ["data.not_kept …"])
        }
    }
}
