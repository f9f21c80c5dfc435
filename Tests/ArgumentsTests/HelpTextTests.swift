import Testing

@testable import Arguments

@Suite("HelpText")
struct HelpTextTests {
    @Test("lays out the help of the program")
    func laysOutTheProgram() {
        #expect(
            sampleProgram.help() == """
                Keep a ledger in step with tables.

                USAGE
                  tool [options] COMMAND

                COMMANDS
                  migrate      Apply missing migrations.
                  attach       Watch tables.
                  worker       Post changes [it's the heart: all day].
                  config       Read and change settings.
                  completions  Print a completion script for a shell.
                  help         Show the help of a command.

                EXAMPLES
                  tool migrate --status  See what would run.

                See also: tool help options|environment|exit-codes

                """
        )
    }

    @Test("shows required options, short names, defaults and repetition, wrapped to the width")
    func laysOutACommand() {
        #expect(
            sampleProgram.help(["attach"], width: 60) == """
                Watch tables.

                USAGE
                  tool attach [options] --rule FILE [TABLE...]

                ARGUMENTS
                  TABLE  The tables. [repeatable]

                OPTIONS
                      --rule FILE    The rule's file.
                  -c, --column NAME  A column to watch. [repeatable;
                                     default: id]

                See also: tool help options|environment|exit-codes

                """
        )
    }

    @Test(
        "notes defaults, limits, allowed values, variables and negation",
        arguments: [
            ("migrate", "      --[no-]color        Paint the list.\n"),
            ("migrate", "  -t, --timeout DURATION  How long to wait. [default: 5s]\n"),
            ("worker", "  -n, --posters NUMBER  How many post at once. [1 to 64; default: 1]\n"),
            ("worker", "      --offset NUMBER   Where to begin.\n"),
            (
                "worker",
                "      --format FORMAT   How to write entries. [hledger, csv, jsonl; default: csv]\n"
            ),
        ]
    )
    func notes(_ command: String, _ line: String) {
        #expect(sampleProgram.help([command], width: 100).contains(line))
    }

    @Test("leaves no trailing space and keeps to the width", arguments: [1, 40, 57, 80, 100, 400])
    func keepsToTheWidth(_ width: Int) {
        for (path, _) in sampleProgram.outline.commands {
            let names = path.split(separator: " ").dropFirst().map(String.init)
            for line in sampleProgram.help(names, width: width).split(separator: "\n") {
                #expect(line.last != " ")
                #expect(line.count <= min(max(width, 50), 100), "\(line)")
            }
        }
    }

    @Test("tells of all commands at once what is the same for them")
    func topics() {
        #expect(
            sampleProgram.help(["options"]) == """
                The options of every command.

                The first paragraph flows over the lines it was written in.

                  verbatim   text

                OPTIONS
                      --json              Print JSON.
                  -q, --quiet             Say less.
                      --database-url URL  Where the database is.
                  -h, --help              Show help.
                      --version           Show the version.

                """
        )
        #expect(
            sampleProgram.help(["environment"]).hasSuffix(
                """
                VARIABLES
                  TOOL_HOME          where it lives
                  TOOL_DATABASE_URL  --database-url
                  DATABASE_URL       --database-url
                  TOOL_TIMEOUT       --timeout of tool migrate

                """
            )
        )
        #expect(
            sampleProgram.help(["exit-codes"]).hasSuffix(
                """
                EXIT CODES
                  0   Success.
                  1   Failure; the message says why.
                  64  The command line is wrong; nothing was done.

                """
            )
        )
    }

    @Test("is empty for a command that does not exist")
    func isEmptyForAnUnknownCommand() {
        #expect(sampleProgram.help(["missing"]) == "")
    }
}
