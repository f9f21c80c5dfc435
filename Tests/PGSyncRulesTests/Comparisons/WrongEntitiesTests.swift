import Testing

@testable import PGSyncRules

@Suite("Wrong entities of comparisons")
struct WrongEntitiesTests {
    /// Expects one problem, with its place, its message and, behind a semicolon, its help.
    private func expect(_ text: String, _ expected: String) {
        let file = ComparisonFile(name: "shop.compare", text: text)
        let found = file.problems.map { problem in
            "\(problem.range.line):\(problem.range.column) \(problem.message)"
                + (problem.help.map { "; \($0)" } ?? "")
        }
        #expect(found == [expected])
        #expect(file.comparison == nil)
    }

    @Test("say what is wrong with a side", arguments: Self.wrongSides)
    func sides(side: String, expected: String) {
        expect(
            ComparisonSample.text(head: "database branch env:A")
                .replacing("left public.items", with: "left \(side)"),
            expected
        )
    }

    private static let wrongSides: [(String, String)] = [
        ("", "4:5 'left' lacks a table, such as public.items, or a stream, such as import shop.items"),
        ("items", "4:10 the table items lacks its schema; write it before a dot, such as public.items"),
        (
            "items where a = 1",
            "4:10 the table items lacks its schema; write it before a dot, such as public.items"
        ),
        (
            "branch items",
            "4:17 the table items lacks its schema; write it before a dot, such as public.items"
        ),
        ("public.", "4:5 'left' lacks the name of a table"),
        (
            "'public.items'",
            "4:10 expected a table, such as public.items, or a stream, such as import shop.items, "
                + "found the text 'public.items'"
        ),
        ("brunch public.items", "4:10 there is no database brunch; did you mean branch?"),
        ("imports shop.items", "4:10 there is no database imports; did you mean import?"),
        (
            "zoho public.items",
            "4:10 there is no database zoho; add it above all entities: database zoho env:URL"
        ),
        ("import", "4:10 'import' lacks an import and its stream, such as import shop.items"),
        (
            "import shop",
            "4:17 the import shop lacks its stream; write it behind a dot, such as import shop.items"
        ),
        ("import shop.", "4:10 'import' lacks the name of a stream"),
        (
            "a.b deleted_at is null",
            "4:14 expected 'where' and conditions, or the end of the line, found 'deleted_at'"
        ),
        ("a.b where", "4:14 'where' lacks a condition, such as status = 'active'"),
        (
            "a.b where deleted",
            "4:20 'deleted' lacks =, <>, <, <=, >, >= or 'is'; "
                + "a condition compares a column with a value, such as deleted = 1"
        ),
        ("a.b where c =", "4:22 '=' lacks a number, a text in single quotes, true or false"),
        ("a.b where c = null", "4:24 nothing equals null; write 'is null' or 'is not null'"),
        (
            "a.b where c = active",
            "4:24 expected a number, a text in single quotes, true or false, found 'active'; "
                + "put a text in single quotes: 'active'"
        ),
        (
            "a.b where c = \"active\"",
            "4:24 expected a number, a text in single quotes, true or false, found \"active\"; "
                + "put a text in single quotes: 'active'"
        ),
        ("a.b where c == 1", "4:23 expected a number, a text in single quotes, true or false, found '='"),
        ("a.b where c = -x", "4:25 expected a number, found 'x'"),
        (
            "a.b where c like 'a%'",
            "4:22 expected =, <>, <, <=, >, >= or 'is', found 'like'; "
                + "make a view for conditions of another kind, and compare it"
        ),
        ("a.b where c is", "4:22 'is' lacks 'null' or 'not null'"),
        ("a.b where c is true", "4:25 expected 'null' or 'not null', found 'true'"),
        ("a.b where c is not", "4:25 'not' lacks 'null'"),
        ("a.b where c is not 1", "4:29 expected 'null', found '1'"),
        (
            "a.b where c = 1 or c = 2",
            "4:26 conditions are joined by 'and' only; make a view that has the rows you mean, and compare it"
        ),
        ("a.b where c = 1 and", "4:26 'and' lacks a condition, such as status = 'active'"),
        ("a.b where c = 1, d = 2", "4:25 expected 'and', or the end of the line, found ','"),
        ("a.b where c = 1 2", "4:26 expected 'and', or the end of the line, found '2'"),
    ]

    @Test("say what is wrong with a line of an entity", arguments: Self.wrongLines)
    func lines(line: String, expected: String) {
        expect(ComparisonSample.text(line), expected)
    }

    private static let behindColumn =
        "expected a type, 'as', 'trim', 'lower', 'blank', 'within', ',' or the end of the line"

    private static let wrongLines: [(String, String)] = [
        ("columns", "7:5 'columns' lacks the name of a column"),
        (
            "columns a,",
            "7:14 behind this comma, the name of a column is missing; "
                + "a list goes on in the same line, or deeper below it"
        ),
        ("columns a, , b", "7:16 expected the name of a column, found ','"),
        ("columns a b", "7:15 \(behindColumn), found 'b'; put a comma between two columns"),
        ("columns a string", "7:15 \(behindColumn), found 'string'; did you mean text?"),
        (
            "columns a within 0",
            "7:22 0 is not a positive number; without 'within', numbers are compared exactly"
        ),
        ("columns a within -1", "7:22 expected a positive number, such as 0.01, found '-'"),
        ("columns a within", "7:15 'within' lacks a positive number, such as 0.01"),
        ("columns a as", "7:15 'as' lacks the name on the right side"),
        (
            "columns a trim trim",
            "7:20 a column can have 'trim' only once; delete one, or put a comma between two columns"
        ),
        (
            "columns a text bigint",
            "7:20 a column has one type; delete one, or put a comma between two columns"
        ),
        (
            "columns a numeric(5,6)",
            "7:25 6 is not a number of decimals; it is a whole number from 0 to 5"
        ),
        (
            "columns a text within 1",
            "7:13 'within' is for numbers, and a is a text; make it a numeric, or delete 'within'"
        ),
        ("columns (a)", "7:13 expected the name of a column, found '('"),
        ("columns a)", "7:14 expected ',' or the end of the line, found ')'"),
        ("columns a, a", "7:16 the column a is listed twice; the first is in line 7"),
        ("columns a, id", "7:16 the column id is listed twice; the first is in line 6"),
        (
            "columns a\n    columns b",
            "8:5 an entity can have 'columns' only once; the first is in line 7"
        ),
        ("columns a\n    copies a", "8:12 the column a is listed twice; the first is in line 7"),
        (
            "columns a as c, b as c",
            "7:21 two columns are called c on the right side; the other is in line 7"
        ),
        (
            "copies a trim",
            "7:14 a column that is copied cannot have 'trim'; "
                + "it is copied as it is; only 'as' and its name on the right side may follow"
        ),
        (
            "copies a b",
            "7:14 expected 'as', ',' or the end of the line, found 'b'; put a comma between two columns"
        ),
        (
            "groups name",
            "7:12 name is not among the key and the columns of items; add it to them: columns name"
        ),
        (
            "columns name\n    groups nmae",
            "8:12 nmae is not among the key and the columns of items; did you mean name?"
        ),
        ("groups id, id", "7:16 id is named twice; delete one"),
        ("groups id place", "7:15 expected ',' or the end of the line, found 'place'"),
        ("metrics active", "7:13 'active' lacks count, sum or average"),
        ("metrics price avg rate", "7:19 expected count, sum or average, found 'avg'; did you mean average?"),
        (
            "metrics price rate * 5",
            "7:19 expected count, sum or average, found 'rate'; such as active count, or value sum rate * stock"
        ),
        ("metrics value sum", "7:19 'sum' lacks a column, such as sum rate"),
        ("metrics value sum rate *", "7:28 '*' lacks a column"),
        ("metrics value sum rate * 2", "7:30 expected a column, found '2'"),
        (
            "metrics value sum rate + b",
            "7:28 expected 'where' and conditions, ',' or the end of the line, found '+'"
        ),
        ("metrics a count where b = 1 c", "7:33 expected 'and', ',' or the end of the line, found 'c'"),
        ("metrics a count, a sum b", "7:22 the metric a is listed twice; another is in line 7"),
        ("coverage items", "7:14 expected 'of' and an entity, found 'items'"),
        (
            "coverage of items",
            "7:17 items is the entity itself; name the entity whose rows each should have one"
        ),
        ("coverage of images", "7:17 there is no entity images; name another entity of this file"),
        ("weight 0", "7:12 0 is not a weight; it is a whole number from 1 to 1000"),
        ("weight 1.5", "7:12 1.5 is not a weight; it is a whole number from 1 to 1000"),
        ("weight 1001", "7:12 1001 is not a weight; it is a whole number from 1 to 1000"),
        ("sync 5", "7:10 expected 'above' and a number of rows, found '5'"),
        ("sync above", "7:5 'sync' lacks a number of rows"),
        ("heal", "7:5 'heal' lacks 'by' and how: copy, import or fetch"),
        (
            "heal at most 5 rows",
            "7:10 expected 'by' and how: copy, import or fetch, found 'at'; "
                + "how many rows are mended at most is said above all entities"
        ),
        ("heal by hand", "7:13 expected copy, import or fetch, found 'hand'"),
        ("heal by copy deletes", "7:18 expected 'with deletes', or the end of the line, found 'deletes'"),
        ("heal by copy with", "7:13 'copy' lacks 'with deletes'"),
        (
            "heal by import",
            "7:13 the left side is no import that could be run; name one, such as heal by import shop.items"
        ),
        (
            "heal by import shop items",
            "7:25 expected a dot and a stream, or the end of the line, found 'items'"
        ),
        ("heal by import shop.", "7:13 'import' lacks the name of a stream"),
        ("heal by fetch", "7:13 'fetch' lacks a column that has URLs"),
        ("heal by fetch id", "7:13 'fetch' lacks 'from' and hosts, such as from 'img.example'"),
        ("heal by fetch id from", "7:22 'from' lacks a host in single quotes"),
        ("heal by fetch id from img", "7:27 expected a host in single quotes, found 'img'"),
        (
            "heal by fetch id from 'https://a'",
            "7:27 'https://a' is not the name of a host; write it without http:// and without a port"
        ),
        ("heal by fetch id from 'a', 'A'", "7:32 the host a is listed twice; delete one"),
        ("heal by fetch url from 'a'", "7:19 url is not among the columns of items; add it: copies url"),
        (
            "copies urls\n    heal by fetch url from 'a'",
            "8:19 url is not among the columns of items; did you mean urls?"
        ),
        ("ky id", "7:5 a line cannot begin with 'ky'; did you mean key?"),
        (
            "rows id",
            "7:5 a line cannot begin with 'rows'; a line of an entity begins with left, right, key, columns, "
                + "copies, groups, metrics, coverage, weight, sync or heal"
        ),
        ("weight 1 2", "7:14 expected the end of the line, found '2'"),
    ]

    @Test("say what is wrong with a key", arguments: Self.wrongKeys)
    func keys(key: String, expected: String) {
        expect(ComparisonSample.text(key: key), expected)
    }

    private static let wrongKeys: [(String, String)] = [
        ("key", "6:5 'key' lacks the name of a column"),
        ("key ()", "6:10 expected the name of a column, found ')'"),
        ("key (id", "7:1 expected ',' or ')', found the end of the file"),
        ("key (id place)", "6:13 \(behindKey), found 'place'; put a comma between two columns"),
        (
            "key id within 1",
            "6:12 a column of the key cannot have 'within'; "
                + "keys are equal or not; give both one type, such as numeric(12,2)"
        ),
        ("key id double", "6:9 a double cannot be part of a key; two of the same need not be equal"),
        ("key (id, id)", "6:14 the column id is listed twice; the first is in line 6"),
        ("key (id) place", "6:14 expected the end of the line, found 'place'"),
        (
            "key 'id'", "6:9 expected the name of a column, found the text 'id'"
        ),
    ]

    private static let behindKey =
        "expected a type, 'as', 'trim', 'lower', 'blank', ',' or the end of the line"
}
