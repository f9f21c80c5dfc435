// Long because one database with its keys serves all that can happen to encrypted images.
import Postgres
import TestSupport
import Testing

@Suite("Encrypted images", .posting, .timeLimit(.minutes(3)))
struct EncryptionTests {
    private let database = TestDatabase.current

    /// A word that only rows of the application contain.
    private static let needle = "Grimaldi"

    private func addKeys() async throws {
        try await database.run(
            """
            create schema tools; create extension pgcrypto schema tools; grant usage on schema tools to pgsync_owner;
            select pgsync.add_image_key('first', '\(ImageKeyPair.first.publicKey)');
            select pgsync.add_image_key('second', '\(ImageKeyPair.second.publicKey)');
            """
        )
    }

    private func encrypt(_ table: String, for key: String = "first") async throws {
        try await database.run(
            "select pgsync.attach('\(table)', image_key => '\(key)', before_image => true)"
        )
    }

    private func post(_ script: String = "", with pairs: ImageKeyPair...) async throws -> String? {
        if !script.isEmpty { try await database.run(script) }
        let given = pairs.map(\.privateKey).joined()
        return try await database.value(
            """
            select set_config('pgsync.image_keys', '\(given)', true);
            select checks.told(pgsync.process_batch('test', 100));
            """
        )
    }

    /// How many rows of our schema contain the word.
    private func rowsWithNeedle() async throws -> String? {
        try await database.value(
            "select count(*) from pgsync.sync_logs as log where log::text like '%\(Self.needle)%'"
        )
    }

    @Test("post like others, by every way of capture, and the log shows nothing of a row")
    func postLikeOthers() async throws {
        try await addKeys()
        let script = """
            insert into TABLE (id, amount, party) select n, n, '\(Self.needle)' from generate_series(1, 4) as n;
            update TABLE set amount = amount + 1 where id in (1, 2);
            update TABLE set id = 6 where id = 3;
            delete from TABLE where id = 4;
            """
        for table in ["bills", "parts"] {
            try await encrypt(table)
            _ = try await post(
                script.replacing("TABLE", with: table),
                with: .first
            )
        }
        #expect(try await rowsWithNeedle() == "0")
        #expect(
            try await database.value(
                """
                select count(*) from pgsync.sync_logs
                where image_key = 'first' and data is null and old_data is null and encrypted_image is not null
                    and encrypted_secret is not null
                """
            ) == "18"
        )
        // The unencrypted table tells what they must be.
        _ = try await database.post(script.replacing("TABLE", with: "moves"))
        let plain = try await database.standing("moves")
        #expect(plain.count == 3)
        #expect(try await database.standing("parts") == plain)
        #expect(try await database.standing().count >= 3)
        try await database.expectNoFaults()
    }

    @Test("share one secret in a statement, and have one each across statements")
    func secrets() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run(
            """
            insert into bills (id, amount) select n, n from generate_series(1, 50) as n;
            insert into bills (id, amount) values (51, 1);
            update bills set amount = amount;
            """
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', count(*), count(distinct encrypted_image))
                from pgsync.sync_logs where source_table = 'bills'::regclass
                group by encrypted_secret order by count(*)
                """
            ) == ["1 1", "50 50"]
        )
    }

    @Test("wait for a worker with their private key, and then post")
    func withoutKey() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run("select pgsync.set_configuration('retry_delay_seconds', '0')")
        let script =
            "insert into bills (id, amount) values (1, 10); insert into moves (id, amount) values (1, 10)"
        #expect(try await post(script) == "posted 1, failed 1")
        #expect(
            try await database.lines(
                "select concat_ws(' ', error_class, error_message, image_key, data::text) from pgsync.waiting_changes"
            ) == [
                "image.encrypted its image is encrypted, and none of the private keys of this worker can decrypt it first"
            ]
        )
        #expect(try await post(with: .second) == "failed 1")
        #expect(try await post(with: .second, .first) == "posted 1")
        try await database.expectNoFaults()
    }

    @Test("that are damaged fail alone, and others of their batch post")
    func damaged() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run(
            """
            insert into bills (id, amount) select n, n from generate_series(1, 3) as n;
            insert into bills (id, amount) values (4, 4);
            insert into bills (id, amount) values (5, 5);
            alter table pgsync.sync_logs_000001 disable trigger all;
            update pgsync.sync_logs set encrypted_image = set_byte(encrypted_image, 40, get_byte(encrypted_image, 40) # 1)
            where record_id = '2';
            update pgsync.sync_logs set encrypted_secret = set_byte(encrypted_secret, 40, get_byte(encrypted_secret, 40) # 1)
            where record_id = '4';
            """
        )
        #expect(try await post(with: .first) == "posted 3, failed 2")
        #expect(
            try await database.lines(
                "select record_id || ' ' || error_class from pgsync.waiting_changes order by 1"
            )
                == ["2 image.encrypted", "4 image.encrypted"]
        )
    }

    @Test("of a backfill and of what is healed are encrypted, too")
    func logged() async throws {
        try await addKeys()
        try await database.run(
            """
            alter table bills disable trigger all;
            insert into bills (id, amount, party) select n, n, '\(Self.needle)' from generate_series(1, 5) as n;
            alter table bills enable always trigger "000_pgsync_insert";
            """
        )
        try await encrypt("bills")
        try await database.run(
            "select pgsync.backfill_step(pgsync.start_backfill('bills'), 3); select pgsync.requeue_records('bills', array['5'])"
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', record_id, image_key, data is null, encrypted_image is not null, snapshot is not null)
                from pgsync.sync_logs where source_table = 'bills'::regclass order by id
                """
            ) == ["1 first t t t", "2 first t t t", "3 first t t t", "5 first t t t"]
        )
        #expect(try await post(with: .first) == "posted 4")
        #expect(try await rowsWithNeedle() == "0")
    }

    @Test("change their key with the table, and stay readable by the keys they were encrypted for")
    func rotation() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run("insert into bills (id, amount) values (1, 1)")
        try await encrypt("bills", for: "second")
        try await database.run("insert into bills (id, amount) values (2, 1)")
        // Attaching again without a word about it keeps the key; an empty text ends it.
        try await database.run(
            "select pgsync.attach('bills', exclude => array['dims']); insert into bills (id, amount) values (3, 1)"
        )
        try await database.run(
            "select pgsync.attach('bills', image_key => ''); insert into bills (id, amount) values (4, 1)"
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', record_id, coalesce(image_key, 'none')) from pgsync.sync_logs order by id"
            ) == ["1 first", "2 second", "3 second", "4 none"]
        )
        #expect(try await post(with: .second) == "posted 3, failed 1")
        try await database.run("update pgsync.sync_queue set retry_count = 0, scheduled_at = now()")
        #expect(try await post(with: .first) == "posted 1")
        try await database.expectNoFaults()
    }

    @Test("are shown by trace to who gives the private key, and to nobody else")
    func trace() async throws {
        try await addKeys()
        try await encrypt("bills")
        _ = try await post(
            "insert into bills (id, amount, party) values (1, 1, '\(Self.needle)'); update bills set amount = 2",
            with: .first
        )
        func image(_ giving: String) async throws -> [String] {
            try await database.lines(
                """
                \(giving) set local role pgsync_reader;
                select concat_ws(' ', details -> 'data' ->> 'party', details -> 'old_data' ->> 'amount', details ->> 'image_key')
                from pgsync.trace('bills', '1', true) where event = 'change' order by change
                """
            )
        }
        #expect(
            try await image(ImageKeyPair.giving(.first)).suffix(2) == [
                "\(Self.needle) first", "\(Self.needle) 1 first",
            ]
        )
        #expect(try await image("select 1;").suffix(2) == ["first", "first"])
    }

    @Test("keep the site of a record, which only the image tells")
    func site() async throws {
        try await addKeys()
        try await database.run("select pgsync.attach('bills', site_column => 'note', image_key => 'first')")
        _ = try await post("insert into bills (id, amount, note) values (1, 1, 'north')", with: .first)
        _ = try await post("delete from bills", with: .first)
        #expect(
            try await database.lines(
                "select concat_ws(' ', outcome, site) from pgsync.sync_audit_log order by log_id"
            )
                == ["posted north", "reversed north"]
        )
    }

    @Test("empty a table and its parts like others")
    func truncate() async throws {
        try await addKeys()
        for table in ["bills", "parts"] { try await encrypt(table) }
        _ = try await post(
            "insert into bills (id, amount) values (1, 1); insert into parts (id, amount) values (1, 1), (4, 1)",
            with: .first
        )
        try await database.run("truncate bills; truncate parts_1")
        try await database.drain()
        #expect(try await database.standing("bills") == [])
        #expect(try await database.standing("parts").count == 1)
        try await database.expectNoFaults()
    }

    @Test("need a public key that pgcrypto can use")
    func refusedKeys() async throws {
        func refusal(_ name: String, _ key: String) async throws -> String? {
            await #expect(throws: PostgresError.self) {
                try await database.run("select pgsync.add_image_key('\(name)', '\(key)')")
            }?.message
        }
        let key = ImageKeyPair.first.publicKey
        #expect(
            try await refusal("first", key)
                == "images are encrypted with the extension pgcrypto, which this database does not have"
        )
        // Functions of the same names that somebody else made are not taken for those of the extension.
        try await database.run(
            """
            create function public.dearmor(text) returns bytea language sql as 'select $1::bytea';
            create schema tools; create extension pgcrypto schema tools;
            """
        )
        let closed = await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.add_image_key('first', '\(key)')")
        }
        #expect(closed?.hint == "As the owner of the schema: grant usage on schema tools to pgsync_owner;")
        try await database.run("grant usage on schema tools to pgsync_owner")
        #expect(try await refusal("first", ImageKeyPair.first.privateKey)?.contains("private key") == true)
        #expect(try await refusal("first", "key") == "this is no OpenPGP public key that can encrypt")
        #expect(try await refusal("First", key)?.contains("lower-case") == true)
        #expect(try await refusal("none", key)?.contains("lower-case") == true)
        // A private key that is called a public one in its armor.
        let disguised = ImageKeyPair.first.privateKey.replacing("PRIVATE", with: "PUBLIC")
        #expect(try await refusal("first", disguised) == "this is no OpenPGP public key that can encrypt")
        try await database.run("set role pgsync_operator; select pgsync.add_image_key('first', '\(key)')")
        #expect(try await refusal("first", key) == "there already is an image key first")
        let unknown = await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.attach('bills', image_key => 'other')")
        }
        #expect(unknown?.message == "there is no image key 'other'")
        // Capture needs the extension, so it cannot go; and the key of a table cannot.
        let dropped = await #expect(throws: PostgresError.self) {
            try await database.run("drop extension pgcrypto")
        }
        #expect(dropped?.sqlState == .init("2BP01"))
    }

    @Test(
        "are not decrypted where the server would log the key",
        arguments: [
            ("log_statement", "all"), ("log_min_duration_statement", "0"),
            ("log_transaction_sample_rate", "0.5"),
            ("log_min_duration_sample", "5"), ("log_parameter_max_length_on_error", "-1"),
            ("debug_print_plan", "on"),
        ]
    )
    func leaks(setting: String, value: String) async throws {
        #expect(try await database.lines("select setting from pgsync.parameter_leaks()") == [])
        #expect(
            try await database.lines(
                "set \(setting) = '\(value)'; select concat_ws(' ', setting, value) from pgsync.parameter_leaks()"
            ).first?.hasPrefix(setting) == true
        )
        guard !["log_parameter_max_length_on_error", "debug_print_plan"].contains(setting) else { return }
        #expect(
            try await database.lines(
                """
                set \(setting) = '\(value)'; set log_parameter_max_length = 0;
                select setting from pgsync.parameter_leaks()
                """
            ) == []
        )
    }

    @Test("wait for a worker when post_now has no private key, which is no attempt")
    func postNow() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run("insert into bills (id, amount) values (1, 1)")
        let now = "select pgsync.post_now('bills', '1') is null"
        #expect(try await database.value(now) == "t")
        #expect(
            try await database.value("select attempts || ' ' || retry_count from pgsync.sync_queue") == "0 0"
        )
        #expect(try await database.value(ImageKeyPair.giving(.first) + now) == "f")
        try await database.expectNoFaults()
    }

    @Test("are captured whatever rights the application and capture have in the schema of pgcrypto")
    func closedExtension() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await encrypt("parts")
        try await database.run(
            """
            grant execute on all functions in schema tools to pgsync_owner;
            revoke execute on all functions in schema tools from public;
            insert into bills (id, amount) values (1, 1); insert into parts (id, amount) values (1, 1);
            """
        )
        #expect(try await post(with: .first) == "posted 2")
        #expect(try await database.lines("select found from pgsync.inspect_encryption()") == [])
        try await database.run("revoke execute on all functions in schema tools from pgsync_owner")
        #expect(
            try await database.value("select found from pgsync.inspect_encryption()")?
                .hasPrefix("images cannot be encrypted: permission denied for function") == true
        )
        let closed = await #expect(throws: PostgresError.self) {
            try await database.run("select pgsync.make_encryption()")
        }
        #expect(closed?.hint?.contains("grant execute on function tools.") == true)
    }

    @Test("can be made again when the extension was dropped with all that needs it")
    func remade() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run("drop extension pgcrypto cascade")
        await #expect(throws: PostgresError.self) {
            try await database.run("insert into bills (id, amount) values (1, 1)")
        }
        #expect(
            try await database.value("select found from pgsync.inspect_encryption()")?
                .contains("does not exist") == true
        )
        try await database.run(
            """
            create extension pgcrypto; set role pgsync_operator; select pgsync.make_encryption(); reset role;
            insert into bills (id, amount) values (1, 1);
            """
        )
        #expect(try await post(with: .first) == "posted 1")
    }

    @Test("are decrypted by any copy of the key that works, and after a broken one")
    func keyCopies() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run("insert into bills (id, amount) values (1, 1)")
        let key = ImageKeyPair.first.privateKey
        let broken = String(key.prefix(900))
        #expect(
            try await database.value(
                """
                select set_config('pgsync.image_keys', '\(broken)\n\(key)', true);
                select checks.told(pgsync.process_batch('test', 100));
                """
            ) == "posted 1"
        )
    }

    @Test("stay encrypted when their table is detached and attached again")
    func detached() async throws {
        try await addKeys()
        try await encrypt("bills")
        try await database.run(
            "select pgsync.detach('bills'); select pgsync.attach('bills'); insert into bills (id, amount) values (1, 1)"
        )
        #expect(try await database.value("select image_key from pgsync.sync_logs") == "first")
    }

    @Test(
        "are not decrypted where extensions would log the key",
        arguments: [
            "auto_explain.log_verbose = on", "auto_explain.log_parameter_max_length = -1",
            "pgaudit.log_parameter = on",
        ]
    )
    func leaksOfExtensions(setting: String) async throws {
        #expect(
            try await database.lines(
                """
                set auto_explain.log_min_duration = 0; set \(setting);
                select setting || ' = ' || value from pgsync.parameter_leaks()
                """
            ) == [setting]
        )
        let refused = await #expect(throws: PostgresError.self) {
            try await database.run(
                "set auto_explain.log_min_duration = 0; set \(setting); select pgsync.refuse_leaks()"
            )
        }
        #expect(refused?.sqlState?.code == "PS001")
    }
}
