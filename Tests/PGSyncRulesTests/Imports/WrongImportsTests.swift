import Testing

@testable import PGSyncRules

@Suite("Wrong imports")
struct WrongImportsTests {
    private static func problems(_ text: String) -> [RuleProblem] {
        ImportFile(name: "shop.import", text: text).problems
    }

    private func expect(_ text: String, _ message: String) {
        let file = ImportFile(name: "shop.import", text: text)
        let descriptions = file.problems.map(\.description)
        #expect(descriptions.count == 1 && descriptions.first?.contains(message) == true, "\(descriptions)")
        #expect(file.definition == nil)
    }

    @Test("show the place, and what was probably meant")
    func places() {
        let text = """
            import shop version 1
              base 'https://shop.example'
              budgte 60 per minute
              stream items into shop.items key idd
                get 'items'
                column id bigin
                column name text form 'profile.name'
                column id text
            """
        #expect(
            Self.problems(text).map(\.description) == [
                """
                shop.import:3:3: error: a line cannot begin with 'budgte'
                 3 |   budgte 60 per minute
                   |   ^^^^^^
                  help: did you mean budget?
                """,
                """
                shop.import:4:36: error: idd is not among the columns of items
                 4 |   stream items into shop.items key idd
                   |                                    ^^^
                  help: did you mean id?
                """,
                """
                shop.import:5:9: error: the path does not begin with /
                 5 |     get 'items'
                   |         ^^^^^^^
                  help: it is below the base: '/items'
                """,
                """
                shop.import:6:15: error: expected a type, found 'bigin'
                 6 |     column id bigin
                   |               ^^^^^
                  help: did you mean bigint?
                """,
                """
                shop.import:7:22: error: expected 'from' and a path, 'required', or the end of the line, found 'form'
                 7 |     column name text form 'profile.name'
                   |                      ^^^^
                """,
                """
                shop.import:8:12: error: the column id is listed twice
                 8 |     column id text
                   |            ^^
                """,
            ]
        )
    }

    @Test("tell no more than the cause: what could not be read is not missing")
    func consequences() {
        let text = """
            import shop version 1
              base 'ftp://shop.example'
              secret env:
              auth header 'Authorization' 'Bearer {secret}'
              stream items into shop.items key id
                gte '/items'
                column id bigin
                changed updatd since since
                history from '2024-01-01' by month
                item '/items/{id}'
              stream others after itmes into shop.others id
            """
        let lines = Self.problems(text).map(\.range.line)
        #expect(lines == [2, 3, 5, 6, 7, 8, 11], "\(Self.problems(text))")
        let whole = "import shop version 1\n  streams items into a.b key id\n    get '/x'\n"
        #expect(Self.problems(whole).map(\.range.line) == [1, 1, 2], "\(Self.problems(whole))")
    }

    @Test(
        "say what is wrong with a line of the import",
        arguments: [
            ("base 'https://shop.example/api'", "an import can have 'base' only once"),
            ("hosts 'https://shop.example'", "is not the name of a host"),
            ("hosts 'other.example'", "the hosts lack that of the base"),
            ("hosts 'shop.example', 'Shop.example'", "listed twice"), ("secret sk_live", "a secret is env:"),
            ("secret env:1A", "no name of an environment variable"),
            ("secret file:run/x", "does not begin with /"),
            ("secret env:S", "nothing uses the secret"), ("secret", "'secret' lacks env:"),
            ("auth header 'Authorization' 'Bearer {secret}'", "{secret} stands for no secret"),
            ("auth basic 'me:hush'", "'auth basic' lacks {secret}"),
            ("auth parameter 'key' '{secret}{x}'", "the only place that is filled"),
            ("auth header 'Auth orization' '{secret}'", "is not the name of a header"),
            ("auth bearer '{secret}'", "expected header, parameter, basic or oauth"),
            ("auth oauth '/token' client env:A secret env:B", "expected 'refresh'"),
            (
                "auth oauth 'https://login.example/token' client env:A secret env:B refresh file:/r",
                "login.example is not among the hosts"
            ),
            ("settings from 'shop'", "upper case"), ("settings 'SHOP'", "expected 'from'"),
            ("budget 0 per minute", "0 is not a number of calls"), ("budget 60 minute", "expected 'per'"),
            ("budget 60 per minutee", "did you mean minute?"),
            ("budget 60 per 500 ms", "for a second or more"),
            ("budget 60 per minute\n  budget 5 per 60 seconds", "two budgets per minute"),
            ("budget 60 per minute, 33 at once", "from 1 to 32"),
            ("budget 1 per s, 2 at once\n  budget 1 per h, 2 at once", "is said twice"),
            ("budget 60 per minute, 2 at a time", "expected 'at once'"), ("retries 101", "from 0 to 100"),
            ("retries 3 retries 4", "only once"), ("retries 3 after 1 s", "expected the end of the line"),
            ("backoff 1", "'backoff' lacks a unit"), ("backoff 1.1234567 s", "too exact"),
            ("backoff 99999999 d", "too long"), ("timeout 0 s", "nothing answers in no time"),
            ("breaker 5 failures", "expected ','"), ("breaker 5 times, 60 s", "expected 'failures'"),
            ("never when header 'X' is '1'", "expected 'retry'"),
            ("retry when status is '1'", "header or body"),
            ("limited when body 'a..b' is 'x'", "a name in it is empty"), ("settle 60", "lacks a unit"),
            ("send header 'X' '{secret}'", "sent by 'auth' only"),
            ("send header 'X' 'é'", "only letters of ASCII"),
            ("hosts [1]", "expected a host in single quotes, found '['"),
        ]
    )
    func heads(line: String, message: String) {
        expect(ImportSample.text("column id bigint", head: line), message)
    }

    @Test(
        "say what is wrong with a line of a stream",
        arguments: [
            ("get '/others'", "a stream can have 'get' only once"), ("page 'p'", "'page' lacks 'until'"),
            ("page 'p' until empty\n    link", "one way to its pages"),
            ("page 'p' until short", "has no size"), ("row\n    rows 'data'", "'rows' only once"),
            ("row 'data'\n    link", "an answer that is one row has no pages"),
            ("page 'p' from -1 until empty", "expected a number of a page"),
            ("page 'p' size 's' 0 until empty", "1000000"),
            ("page 'p' until last", "expected empty, short or flag"),
            ("offset 'o' until empty", "expected 'size'"),
            ("cursor 'next'", "'cursor' lacks 'as'"), ("next 'a.'", "a name in it is empty"),
            ("page 'p' size 'p' 5 until empty", "the parameter 'p' has two values"),
            ("with 'p' '1'\n    page 'p' until empty", "the parameter 'p' has two values"),
            ("changed at since 's'", "at is not among the columns"),
            ("changed id since 's'", "and is a bigint"),
            ("changed day", "'changed' lacks 'since'"),
            ("changed day since 's' as unix", "iso, date, seconds"),
            ("item '/items/{key}/{id}'", "{key} is no column of the key"), ("item '/items'", "lacks {id}"),
            ("item '/items/{id'", "is not closed"), ("item '/items/{}{id}'", "has no name"),
            ("history from '2024-01-01'", "'history' needs 'changed'"),
            ("history from '2024-02-30'", "not a day"),
            ("remembers 30 days", "'remembers' needs 'changed'"), ("remembers 0 s", "remembers nothing"),
            (
                "changed day since 's'\n    history from 2024-01-01 by month",
                "only where 'changed' has 'before'"
            ),
            (
                "changed day since 's'\n    history from 2024-01-01 by week",
                "expected hour, day, month or year"
            ),
            ("deletes sweep weekly", "'deletes' lacks 'then remove'"),
            ("deletes sweep hourly then remove", "daily"),
            ("deletes sweep daily then mark day", "day is read from the rows already"),
            ("unknown ignored", "expected freeze, evolve, quarantine or ignore"),
            ("private phone", "not among the columns"),
            ("private id, id", "id is named twice"), ("with 'a'", "'with' lacks a value"),
            ("rows ''", "found ''"),
            ("count items", "expected the path of a number"), ("column a bytea", "expected a type"),
            ("column a string", "did you mean text?"),
            ("column a numeric(0)", "from 1 to 1000"), ("column a numeric(5,6)", "from 0 to 5"),
            ("column a date from seconds 'a'", "are a timestamptz, and no date"),
            ("column a text required required", "only once"),
            ("column a", "'column' lacks a type"), ("ids get '/x'", "a line cannot begin with 'ids'"),
            ("rows 'a' 'b'", "expected the end of the line"), ("example 'a' given 7", "expected an answer"),
            ("example 'a' given {\"a\": 01} gives nothing", "this is not JSON"),
            ("example 'a' given [] gives", "expected an image"),
            ("example 'a' given [] fails data.typ", "did you mean data.type?"),
            ("example 'a' given [] fails data.type column idd", "did you mean id?"),
            ("example 'a' given []", "expected 'gives'"),
        ]
    )
    func streams(line: String, message: String) {
        expect(ImportSample.text("column id bigint", "column day date", line), message)
    }

    @Test(
        "say what is wrong with a path",
        arguments: ["items", "/a b", "/a?b=1", "/a#b", "/ä", "/a/../b", "/./a", "/{id}", "/a\\b"]
    )
    func paths(path: String) {
        let text = ImportSample.text("column id bigint").replacing("'/items'", with: "'\(path)'")
        #expect(Self.problems(text).map(\.range.line) == [5], "\(Self.problems(text))")
    }

    @Test(
        "say what is wrong with the whole",
        arguments: [
            ("", "there is no import"), ("imports shop version 1", "expected 'import'"),
            ("import shop", "expected 'version'"),
            ("import shop version 0", "from 1"),
            ("import shop version 1\n  base 'https://a.example'", "has no stream"),
            (
                "import shop version 1\n  stream a into b.c key d\n    get '/a'\n    column d text",
                "lacks its base"
            ),
            (ImportSample.text(""), "the stream items has no column"),
            (
                ImportSample.text("column id bigint") + ImportSample.text("column id bigint"),
                "a file has one import"
            ),
            (ImportSample.text("column id jsonb"), "a jsonb cannot be part of a key"),
            (
                ImportSample.text("column id bigint", "column b text", "after 'a' until empty", key: "id, b"),
                "key of one column"
            ),
            (
                ImportSample.text("column id bigint").replacing("items into", with: "items after x into"),
                "no stream x"
            ),
            (
                ImportSample.text("column id bigint").replacing("items into", with: "items after items into"),
                "waits for itself"
            ),
            (ImportSample.text("column id bigint").replacing("get '/items'", with: ""), "lacks its path"),
            (
                ImportSample.text("column id bigint").replacing("shop.items", with: "items"),
                "the table with its schema"
            ),
            (
                ImportSample.text("column id bigint")
                    + "  stream items into a.b key id\n    get '/x'\n    column id text\n",
                "the stream items is listed twice"
            ),
        ]
    )
    func wholes(text: String, message: String) {
        expect(text, message)
    }

    @Test(
        "say what is never closed",
        arguments: [
            ("[ {}", "end the array with ']'"), ("{ \"a\": [ ]", "end the row with '}'"), ("[ \"]\"", "']'"),
        ]
    )
    func open(json: String, help: String) throws {
        let text = ImportSample.text("column id bigint", "example 'a' given \(json) gives nothing")
        let problem = try #require(Self.problems(text).first)
        #expect(problem.message.hasSuffix("is never closed") && problem.help?.contains(help) == true)
        #expect(problem.range.line == 7)
    }

    @Test("find the circle among those that only wait for it")
    func circle() {
        let streams = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")].map { name, after in
            "  stream \(name) after \(after) into s.\(name) key id\n    get '/\(name)'\n    column id text\n"
        }
        expect(
            "import shop version 1\n  base 'https://shop.example'\n" + streams.joined(),
            "b waits for itself"
        )
    }

    @Test(
        "never show what stands where a secret is expected",
        arguments: ["'sk_live_hush'", "\"sk_live_hush\"", "sk_live_hush"]
    )
    func hushed(secret: String) {
        let text = ImportSample.text(
            "column id bigint",
            head: "secret \(secret)",
            "auth basic '{secret}'"
        )
        #expect(Self.problems(text).count == 1)
        #expect(!Self.problems(text).contains { $0.description.contains("hush") })
        let named = ImportSample.text("column id bigint", head: "secret env:SHOP_KEY")
        #expect(Self.problems(named).first?.sourceLine == "  secret env:SHOP_KEY")
    }
}
