import Days
import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Configurations")
struct ConfigurationTests {
    private static func problems(_ text: String) -> [String] {
        ConfigurationFile(name: "pgsync.conf", text: text).problems.map(\.description)
    }

    @Test("have schedules: a name, an expression, and what differs from the usual")
    func schedules() throws {
        let file = ConfigurationFile(
            name: "pgsync.conf",
            text: """
                schedules
                  retention  '0 3 * * *'
                  "night-1"  '@daily'  kind retention  subject 'a b'  zone Asia/Kolkata  too_late '06:00:00'
                  off        '@daily'  type full  every reconciliation_frequency_hours  disabled  # for now
                """
        )
        #expect(file.problems == [])
        #expect(file.schedules.map(\.name.value) == ["retention", "night-1", "off"])
        #expect(file.schedules.map(\.cron.value) == ["0 3 * * *", "@daily", "@daily"])
        #expect(file.schedules.map(\.kind) == ["retention", "retention", "off"])
        #expect(file.schedules.map(\.isEnabled) == [true, true, false])
        #expect(
            file.schedules[1].options.mapValues(\.value)
                == ["kind": "retention", "subject": "a b", "zone": "Asia/Kolkata", "too_late": "06:00:00"]
        )
        var text = ConfigurationText(comment: "again")
        text.add(schedules: [("night-1", "0 3 * * *", [("subject", "a b"), ("zone", "Asia/Kolkata")], false)])
        #expect(
            text.text == """
                # again

                schedules
                  "night-1"  '0 3 * * *'  subject 'a b'  zone Asia/Kolkata  disabled

                """
        )
        #expect(ConfigurationFile(name: "again.conf", text: text.text).problems == [])
    }

    @Test(
        "say what is wrong with a schedule",
        arguments: [
            ("retention", "'retention' lacks when it runs"), ("retention 0 3 * * *", "in single quotes"),
            ("a '@daily' zone", "'zone' lacks its value"), ("a '@daily' zones UTC", "did you mean zone?"),
            ("a '@daily' kind x kind y", "can have 'kind' only once"),
            ("a '@daily'\n  a '@daily'", "listed twice"),
        ]
    )
    func wrongSchedules(line: String, message: String) {
        let problems = Self.problems("schedules\n  \(line)\n")
        #expect(problems.count == 1 && problems.first?.contains(message) == true, "\(problems)")
    }

    @Test("read like a page: settings, a chart, tables with their options, rules with their days")
    func reads() throws {
        let file = ConfigurationFile(
            name: "conf/pgsync.conf",
            text: #"""
                # The clinic
                settings
                  queue_batch_size   200      # changes
                  books_time_zone    'Asia/Kolkata'
                  enable_doorbell    false
                  permanent_error_classes 'data.*, rule.no_account'

                chart books/chart.csv

                excluded hr.'%'              'What people earn stays in hr.'
                excluded public.audit_log    'It''s ours.'

                table public.lab_bills
                  key      id
                  exclude  remarks,
                           "Odd ""Note"""
                  kind     row
                  actions  create, delete
                  before   image
                  site     shop
                  posting  no
                table "My Schema"."My Table"
                table shop."table"

                rules rules/maps.rules, rules/lab.rules
                rules rules/pharmacy.rules from 2026-01-01 until 2026-04-01
                rules '/srv/our rules'
                """#
        )
        #expect(file.problems == [])
        #expect(file.settings.map(\.name.value).prefix(2) == ["queue_batch_size", "books_time_zone"])
        #expect(
            file.settings.map(\.value.value) == ["200", "Asia/Kolkata", "false", "data.*, rule.no_account"]
        )
        #expect(file.chart?.value == "books/chart.csv")
        #expect(file.path(of: "books/chart.csv") == "conf/books/chart.csv")
        #expect(file.exclusions.map(\.schemaPattern) == ["hr", "public"])
        #expect(file.exclusions.map(\.tablePattern) == ["%", "audit\\_log"])
        #expect(file.exclusions.map(\.reason) == ["What people earn stays in hr.", "It's ours."])
        #expect(
            file.tables.map(\.name.value) == [
                TableName(schema: "public", name: "lab_bills"),
                TableName(schema: "My Schema", name: "My Table"),
                TableName(schema: "shop", name: "table"),
            ]
        )
        let table = try #require(file.tables.first)
        #expect(table.key?.map(\.value) == ["id"] && table.columns == nil && table.keepsBeforeImage)
        #expect(table.siteColumn?.value == "shop" && !table.posts)
        #expect(table.exclude?.map(\.value) == ["remarks", "Odd \"Note\""])
        #expect(table.kind == "row" && table.actions == ["create", "delete"])
        #expect(file.rules.map { $0.paths.map(\.value) }[0] == ["rules/maps.rules", "rules/lab.rules"])
        #expect(file.rules[1].from?.value == Day("2026-01-01"))
        #expect(file.rules[1].until?.value == Day("2026-04-01"))
        #expect(file.path(of: file.rules[2].paths[0].value) == "/srv/our rules")
    }

    @Test("are told all that is wrong at once, each with its place")
    func faults() {
        let text = """
            setings
              queue_batch_size 1
            settings
              queue_batch_size
              a 1
              a 2
              zone Asia/Kolkata, Europe/Berlin
            table lab_bills
              key id
            table public.lab_bills
              kee id
              key id, version
              key id
              columns a
              exclude b
              kind both
              actions create, insert
              before
              where "x"
            table public.lab_bills
            chart
            chart a.csv
            chart b.csv
            excluded hr
            excluded hr.'%'
            rules a.rules from 2026-02-30
            rules a.rules from 2026-03-01 until 2026-03-01
            rules a.rules since 2026-03-01
              queue_batch_size 200
            rules ~/a.rules
            """
        let found = Self.problems(text).map { $0.split(separator: "\n") }
        #expect(
            found.map { $0.first.map { String($0.dropFirst("pgsync.conf:".count)) } } == [
                "1:1: error: a line cannot begin with 'setings'",
                "4:3: error: 'queue_batch_size' lacks its value",
                "6:3: error: the setting a is set twice",
                "7:20: error: expected the end of the line, found ','",
                "8:7: error: the table lacks its schema",
                "11:3: error: a line cannot begin with 'kee'",
                "12:11: error: expected the name of a column, found 'version', a word of the language",
                "13:3: error: a table can have 'key' only once",
                "15:3: error: choose one of 'columns' and 'exclude'",
                "16:8: error: expected auto, row or statement, found 'both'",
                "17:19: error: expected create, update, delete or truncate, found 'insert'",
                "18:3: error: 'before' lacks 'image'",
                "19:3: error: a line cannot begin with 'where'",
                "20:7: error: the table public.lab_bills is listed twice",
                "21:1: error: 'chart' lacks the path of a CSV file",
                "23:1: error: there are two charts",
                "24:1: error: 'excluded' lacks a table: hr.'%' is all of them",
                "25:1: error: 'excluded' lacks the reason, in single quotes",
                "26:20: error: '2026-02-30' is not a day of the calendar",
                "27:37: error: the rules would end before they start",
                "28:15: error: expected 'from' and a day, 'until' and a day, or the end of the line, found 'since'",
                "30:7: error: '~' is not understood",
            ]
        )
    }

    @Test("show the line with a caret, and what was meant")
    func carets() {
        #expect(
            Self.problems("table public.bills\n  exlude  remarks  # of a patient\n") == [
                """
                pgsync.conf:2:3: error: a line cannot begin with 'exlude'
                 2 |   exlude  remarks  # of a patient
                   |   ^^^^^^
                  help: did you mean exclude?
                """
            ]
        )
        #expect(
            Self.problems("settings\n  permanent_error_classes data.*, rule.*\n") == [
                """
                pgsync.conf:2:33: error: expected the end of the line, found ','
                 2 |   permanent_error_classes data.*, rule.*
                   |                                 ^
                  help: put a value with blanks or commas in single quotes
                """
            ]
        )
        #expect(
            Self.problems("rules a.rules from 2026-02-30") == [
                """
                pgsync.conf:1:20: error: '2026-02-30' is not a day of the calendar
                 1 | rules a.rules from 2026-02-30
                   |                    ^^^^^^^^^^
                  help: write it as 2026-01-31
                """
            ]
        )
    }

    @Test("in the manual are right, and it leaves no word out")
    func manual() throws {
        let manual = try Repository.read("Sources/PGSync.docc/Configuration.md")
        let pages = manual.split(separator: "```conf\n").dropFirst().map { String($0.prefix { $0 != "`" }) }
        for page in pages { #expect(Self.problems(page) == [], "\(page)") }
        let whole = ConfigurationFile(name: "x", text: pages.joined())
        for word in [
            "settings", "chart", "excluded", "table", "rules", "key", "columns", "exclude", "kind", "actions",
            "before   image", "site", "from", "until", "schedules", "subject", "type", "zone", "too_late",
            "every",
            "disabled", "channels", "url", "host", "port", "encryption", "user", "to", "authorities",
            "command", "environment", "seconds", "secret", "previous_secret", "min_severity",
        ] {
            #expect(whole.source.text.contains("\(word)"), "\(word)")
        }
        #expect(pages.count == 4)
    }

    @Test(
        "written by the program read back as what was written",
        arguments: [
            "plain", "My Table", "date", "a\"b", "a.b", "Ünï", "", "1st", "it's", "x--y", "#", "a,b",
            "100%_\\",
        ]
    )
    func written(name: String) throws {
        var text = ConfigurationText(comment: "Written")
        text.add(settings: [("first", name), ("the_second", "-0.5")])
        text.add(schedules: [("n\(name)", "@daily", [("subject", name)], false)])
        text.add(channels: [("n\(name)", "mail", [("to", [name, "x\(name)"])], false)])
        text.add(chart: "charts/\(name)")
        text.add(exclusion: LikePattern.matching("x\(name)"), "\(name)%", reason: name)
        let table = TableName(schema: "s\(name)", name: "t\(name)")
        text.add(table: table, options: [("key", ConfigurationText.columns(["c\(name)", "date"]))])
        text.add(rules: "rules/\(name)", from: Day("2026-01-01"), until: nil)
        text.add(rules: "rules", from: nil, until: Day("2026-01-01"))
        let file = ConfigurationFile(name: "x", text: text.text)
        #expect(file.problems == [], "\(text.text)")
        #expect(file.settings.map(\.value.value) == [name, "-0.5"])
        #expect(file.schedules.map(\.name.value) == ["n\(name)"])
        #expect(file.schedules.first?.options.mapValues(\.value) == ["subject": name])
        #expect(file.channels.map(\.name.value) == ["n\(name)"])
        #expect(file.channels.first?.options.mapValues { $0.map(\.value) } == ["to": [name, "x\(name)"]])
        #expect(file.channels.first?.isEnabled == false)
        #expect(file.chart?.value == "charts/\(name)")
        #expect(file.exclusions.map(\.schemaPattern) == [LikePattern.matching("x\(name)")])
        #expect(file.exclusions.map(\.tablePattern) == ["\(name)%"])
        #expect(file.exclusions.map(\.reason) == [name])
        #expect(file.tables.map(\.name.value) == [table])
        #expect(file.tables.first?.key?.map(\.value) == ["c\(name)", "date"])
        #expect(file.rules.map { $0.paths[0].value } == ["rules/\(name)", "rules"])
        #expect(file.rules.map(\.from?.value) == [Day("2026-01-01"), nil])
    }

    @Test("shows no secret in a line that has a mistake")
    func hidden() {
        let problems = ConfigurationFile(
            name: "x",
            text: """
                channels
                  chat  slack  secret 'https://hooks.example/T0/B0/hush'  previous_secret hush  colour red
                """
        ).problems
        #expect(problems.count == 1)
        #expect(problems.first?.sourceLine.contains("hush") == false, "\(problems)")
        #expect(problems.first?.sourceLine.hasPrefix("  chat  slack  secret …  previous_secret …") == true)
    }
}
