import TestSupport
import Testing

@Suite("Findings of tables that cannot all be inspected", .migrated, .timeLimit(.minutes(2)))
struct CaptureFindingsTests {
    @Test("tell of the one that fails, and of the others as before")
    func one() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table bills (id int primary key); create table visits (id int primary key);
            select pgsync.attach('bills'); select pgsync.attach('visits');
            alter table bills disable trigger user;
            """
        )
        let findings = "select source_table::text || ' ' || finding from pgsync.capture_findings() order by 1"
        let before = try await database.lines(findings)
        #expect(!before.isEmpty && before.allSatisfy { $0.hasPrefix("bills ") })
        try await database.run(
            """
            alter function pgsync.inspect_capture(regclass) rename to inspected_whole;
            create function pgsync.inspect_capture(only_source regclass default null)
            returns table (source_table regclass, finding text, severity text, found text, remedy text)
            language plpgsql as $$
            begin
                if only_source is null or only_source = 'public.visits'::regclass then
                    raise exception 'made up';
                end if;
                return query select own.* from pgsync.inspected_whole(only_source) as own;
            end;
            $$;
            """
        )
        #expect(try await database.lines(findings) == (before + ["visits not_inspected"]).sorted())
        #expect(
            try await database.value(
                "select found from pgsync.capture_findings() where finding = 'not_inspected'"
            )
                == "it cannot be inspected: made up"
        )
    }
}
