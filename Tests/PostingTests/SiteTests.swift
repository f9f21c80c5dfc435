// Long because the views are limited together.
import Postgres
import TestSupport
import Testing

@Suite("The site of a record", .posting, .timeLimit(.minutes(2)))
struct SiteTests {
    private let database = TestDatabase.current

    /// Bills belong to the site that their note names.
    private func attach() async throws {
        try await database.run("select pgsync.attach('bills', site_column => 'note')")
    }

    /// Lends a login of its own.
    private func withReader(_ body: (String) async throws -> Void) async throws {
        let user = "reader_\(database.name)"
        try await database.run("create role \(user) login")
        let result: Result<Void, any Error>
        do { result = .success(try await body(user)) } catch { result = .failure(error) }
        try await database.run("drop owned by \(user); drop role \(user)")
        try result.get()
    }

    private func sites(_ query: String) async throws -> [String] {
        try await database.lines("select concat_ws(' ', record_id, site) from \(query) order by 1")
    }

    @Test("is kept with its status and with each attempt, whatever becomes of the change")
    func kept() async throws {
        try await attach()
        _ = try await database.post(
            """
            insert into bills (id, amount, note)
            values (1, 1, 'north'), (2, 1, 'south'), (3, null, 'north'), (4, null, 'south'), (5, null, 'north');
            insert into moves (id, amount, note) values (1, 1, 'north');
            """
        )
        _ = try await database.post(
            """
            update bills set note = 'south' where id = 1;
            delete from bills where id = 2;
            update bills set amount = 2 where id = 3;
            select pgsync.skip_changes(array(select log_id from pgsync.waiting_changes where record_id = '4'), 'why');
            """
        )
        #expect(
            try await sites("pgsync.sync_master_status where source_table = 'bills'::regclass")
                == ["1 south", "2 south", "3 north", "4 south", "5 north"]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', record_id, outcome, site) from pgsync.sync_audit_log
                where source_table = 'bills'::regclass order by record_id, log_id, attempt
                """
            ) == [
                "1 posted north", "1 amended south", "2 posted south", "2 reversed south", "3 failed north",
                "3 superseded north", "3 posted north", "4 failed south", "4 skipped south", "5 failed north",
            ]
        )
        #expect(try await sites("pgsync.sync_master_status where site is null") == ["1"])
        try await database.expectNoFaults()
    }

    @Test("is known of a record that is gone without an image, and of a failure that isolation records")
    func withoutImage() async throws {
        try await attach()
        _ = try await database.post(
            "insert into bills (id, amount, note) values (1, 1, 'north'), (2, 1, 'south')"
        )
        try await database.run(
            """
            alter table bills disable trigger all;
            delete from bills where id = 1;
            alter table bills enable always trigger "000_pgsync_delete";
            """
        )
        try await database.run(
            "select pgsync.log_records(source, array['1'], array[null::jsonb], pg_current_snapshot()) from pgsync.sources as source where source_table = 'bills'::regclass"
        )
        #expect(try await database.post() == "reversed 1")
        #expect(
            try await database.value(
                "select site from pgsync.sync_audit_log where outcome = 'reversed'"
            ) == "north"
        )
    }

    @Test("is what its readers are limited to, by every view and in spite of leaking conditions")
    func limited() async throws {
        try await attach()
        _ = try await database.post(
            """
            insert into bills (id, amount, note)
            values (1, 1, 'north'), (2, 1, 'south'), (3, null, 'north'), (4, null, 'south');
            insert into moves (id, amount) values (1, 1);
            """
        )
        try await withReader { user in
            try await database.run("grant pgsync_site_reader to \(user)")
            let views = [
                "site_records", "site_changes", "site_attempts", "site_waiting", "site_entries", "site_lines",
            ]
            func seen(_ view: String) async throws -> [String] {
                try await database.lines(
                    "set role \(user); select distinct record_id\(view == "site_changes" ? "" : " || ' ' || site") from pgsync.\(view) order by 1"
                )
            }
            for view in views { #expect(try await seen(view) == [], "\(view)") }

            try await database.run("set role pgsync_operator; select pgsync.grant_site('\(user)', 'north')")
            #expect(try await seen("site_records") == ["1 north", "3 north"])
            #expect(try await seen("site_attempts") == ["1 north", "3 north"])
            #expect(try await seen("site_waiting") == ["3 north"])
            #expect(try await seen("site_lines") == ["1 north"])
            #expect(try await seen("site_entries") == ["1 north"])
            #expect(try await seen("site_changes") == ["1", "3"])

            // A condition that shows what it is given, and costs so little that it would come first.
            for view in views {
                try await database.run(
                    """
                    create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001
                    as $$ begin if $1 in ('2', '4') then raise exception 'leaked %', $1; end if; return true; end $$;
                    grant execute on function pg_temp.leak(text) to public;
                    set role \(user);
                    select count(*) from pgsync.\(view) where pg_temp.leak(record_id);
                    """
                )
            }
            try await database.run("set role pgsync_operator; select pgsync.revoke_site('\(user)', 'north')")
            for view in views { #expect(try await seen(view) == [], "\(view)") }
        }
    }

    @Test("is the only thing that its readers see: nothing else of pgsync opens for them")
    func closed() async throws {
        try await attach()
        try await withReader { user in
            try await database.run(
                "grant pgsync_site_reader to \(user); select pgsync.grant_site('\(user)', 'north')"
            )
            let relations = try await database.lines(
                """
                select oid::regclass from pg_class
                where relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and relkind in ('r', 'p', 'v')
                    and has_any_column_privilege('\(user)', oid, 'select') order by 1
                """
            )
            #expect(
                relations.sorted() == [
                    "pgsync.own_sites", "pgsync.site_attempts", "pgsync.site_changes", "pgsync.site_entries",
                    "pgsync.site_lines", "pgsync.site_records", "pgsync.site_waiting",
                ]
            )
            let functions = try await database.lines(
                """
                select proname from pg_proc
                where pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace, 'pgsync_read'::regnamespace)
                    and has_function_privilege('\(user)', oid, 'execute') order by 1
                """
            )
            #expect(
                functions == [
                    "error_classes", "failure_text", "qualified_name", "serves", "short_id", "site_in",
                    "slot_of",
                    "table_named", "token_site", "utc_text", "waiting_state",
                ]
            )
            let refused = try await database.refusal(
                of: "set role \(user); select pgsync.grant_site('\(user)', 'south')"
            )
            #expect(refused.sqlState == .insufficientPrivilege)
        }
    }

    @Test("comes from a captured column of the table, which keeps it when it is renamed")
    func column() async throws {
        #expect(
            try await database.refusal(of: "select pgsync.attach('bills', site_column => 'nowhere')").message
                == "public.bills has no column nowhere"
        )
        #expect(
            try await database.refusal(
                of: "select pgsync.attach('bills', exclude => '{note}', site_column => 'note')"
            ).message == "the site column note must be captured"
        )
        try await attach()
        try await database.run("alter table bills rename note to clinic; select pgsync.reattach('bills')")
        _ = try await database.post("insert into bills (id, amount, clinic) values (1, 1, 'north')")
        #expect(try await sites("pgsync.sync_master_status") == ["1 north"])
        // Not said, it stays; an empty text is none.
        try await database.run("select pgsync.attach('bills', kind => 'row')")
        #expect(
            try await database.value(
                "select site_column from pgsync.sources where source_table = 'bills'::regclass"
            ) == "note"
        )
        try await database.run("select pgsync.attach('bills', site_column => '')")
        #expect(
            try await database.value(
                "select site_column from pgsync.sources where source_table = 'bills'::regclass"
            )
                == nil
        )
    }

    @Test("is that of what a reversal reverses, so that the lines of each site add up to what stands there")
    func moved() async throws {
        try await attach()
        _ = try await database.post(
            "insert into bills (id, amount, note) values (1, 3, 'north'), (2, 5, 'north'), (3, 7, 'south')"
        )
        _ = try await database.post("update bills set note = 'south' where id = 1")
        let sums = """
            select concat_ws(' ', entry.site, sum(line.amount)) from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on line.entry_id = entry.id
            where line.amount > 0 and entry.reverses is null or line.amount < 0 and entry.reverses is not null
            group by entry.site order by 1
            """
        #expect(try await database.lines(sums) == ["north 5", "south 10"])
        _ = try await database.post("truncate bills")
        try await database.drain()
        #expect(try await database.lines(sums) == ["north 0", "south 0"])
        try await database.expectNoFaults()
    }

    @Test("is left by a change that clears it, and kept where an older or a failed change names another")
    func kindsOfChange() async throws {
        try await attach()
        _ = try await database.post(
            """
            insert into bills (id, amount, note) values (1, 1, 'north'), (2, 1, 'north'), (3, 1, 'north');
            """
        )
        _ = try await database.post(
            """
            update bills set note = null where id = 1;
            update bills set note = 'south', amount = null where id = 2;
            update bills set note = 'south' where id = 3;
            """
        )
        #expect(try await sites("pgsync.sync_master_status") == ["1", "2 north", "3 south"])
        #expect(
            try await database.value(
                "select site from pgsync.sync_audit_log where record_id = '2' and outcome = 'failed'"
            ) == "south"
        )
    }

    @Test(
        "is text, a number in its shortest form, or true and false; none if it is long or anything else",
        arguments: [
            ("{\"s\": \"north\"}", "north"), ("{\"s\": 7.0}", "7"), ("{\"s\": true}", "true"),
            ("{\"s\": null}", "none"), ("{\"s\": \"\(String(repeating: "é", count: 101))\"}", "none"),
            ("{\"s\": {\"column\": \"dropped\"}}", "known"), ("{}", "known"),
        ]
    )
    func value(image: String, site: String) async throws {
        #expect(
            try await database.value("select coalesce(pgsync.site_in('\(image)', 's', 'known'), 'none')")
                == site
        )
    }

    @Test("is not seen by another role that takes the name of one that saw it")
    func namesake() async throws {
        try await attach()
        _ = try await database.post("insert into bills (id, amount, note) values (1, 1, 'north')")
        for sees in [true, false] {
            try await withReader { user in
                try await database.run("grant pgsync_site_reader to \(user)")
                if sees { try await database.run("select pgsync.grant_site('\(user)', 'north')") }
                #expect(
                    try await database.lines("set role \(user); select record_id from pgsync.site_records")
                        == (sees ? ["1"] : [])
                )
            }
        }
    }

    @Test("is granted to readers of sites alone")
    func granted() async throws {
        #expect(
            try await database.refusal(of: "select pgsync.grant_site('nobody_of_this_name', 'north')")
                .sqlState
                == .undefinedObject
        )
        #expect(
            try await database.refusal(of: "select pgsync.grant_site('pgsync_site_reader', 'north')").sqlState
                == .invalidParameterValue
        )
        try await withReader { user in
            let error = try await database.refusal(of: "select pgsync.grant_site('\(user)', 'north')")
            #expect(error.message == "\(user) is not a reader of sites")
            try await database.run("grant pgsync_site_reader to \(user)")
            #expect(
                try await database.refusal(of: "select pgsync.grant_site('\(user)', '')").constraint
                    == "site_is_short"
            )
            #expect(
                try await database.refusal(of: "select pgsync.revoke_site('\(user)', 'north')").sqlState
                    == .undefinedObject
            )
        }
    }
}
