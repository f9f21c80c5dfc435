import Testing

@testable import Arguments

@Suite("HelpText")
struct HelpTextTests {
    @Test("lays out the help of the program")
    func laysOutTheProgram() {
        #expect(
            sampleProgram.help() == """
                Keep a ledger in step with tables.

                The first paragraph flows over the lines it was written in.

                  verbatim   text

                USAGE
                  tool [options] COMMAND

                GLOBAL OPTIONS
                      --json              Print JSON.
                  -q, --quiet             Say less.
                      --database-url URL  Where the database is. [env: TOOL_DATABASE_URL,
                                          DATABASE_URL]
                  -h, --help              Show help.
                      --version           Show the version.

                SUBCOMMANDS
                  migrate                 Apply missing migrations.
                  attach                  Watch tables.
                  worker                  Post changes [it's the heart: all day].
                  config                  Read and change settings.
                  completions             Print a completion script for a shell.
                  help                    Show the help of a command.

                EXAMPLES
                  tool migrate --status
                      See what would run.

                EXIT CODES
                  0                       Success.
                  1                       Failure; the message says why.
                  64                      The command line is wrong; nothing was done.

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
                  TABLE                   The tables. [repeatable]

                OPTIONS
                      --rule FILE         The rule's file.
                  -c, --column NAME       A column to watch. [repeatable;
                                          default: id]

                EXIT CODES
                  0                       Success.
                  64                      The command line is wrong; nothing
                                          was done.

                Every command takes --json, --quiet, --database-url, --help,
                --version; see 'tool --help' for these and the other exit
                codes.

                """
        )
    }

    @Test(
        "notes defaults, limits, allowed values, variables and negation",
        arguments: [
            ("migrate", "      --[no-]color        Paint the list.\n"),
            ("migrate", "  -t, --timeout DURATION  How long to wait. [default: 5s; env: TOOL_TIMEOUT]\n"),
            ("worker", "  -n, --posters NUMBER    How many post at once. [1 to 64; default: 1]\n"),
            ("worker", "      --offset NUMBER     Where to begin.\n"),
            (
                "worker",
                "      --format FORMAT     How to write entries. [hledger, csv, jsonl; default: csv]\n"
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

    @Test("is empty for a command that does not exist")
    func isEmptyForAnUnknownCommand() {
        #expect(sampleProgram.help(["missing"]) == "")
    }
}
