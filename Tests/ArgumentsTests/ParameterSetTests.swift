import Arguments
import Testing

@Suite("ParameterSet")
struct ParameterSetTests {
    private func parse(_ line: [String], _ environment: Environment) throws -> (MigrateCommand, SampleGlobals)
    {
        guard
            case .run(let command as MigrateCommand, let globals, _) = try sampleProgram.parse(
                line,
                environment: environment
            )
        else { throw CancellationError() }
        return (command, globals)
    }

    @Test("falls back on the first variable that is set and not empty")
    func fallsBackOnVariables() throws {
        #expect(try parse(["migrate"], ["DATABASE_URL": "b"]).1.database == "b")
        #expect(try parse(["migrate"], ["DATABASE_URL": "b", "TOOL_DATABASE_URL": "a"]).1.database == "a")
        #expect(try parse(["migrate"], ["DATABASE_URL": "b", "TOOL_DATABASE_URL": ""]).1.database == "b")
        #expect(try parse(["migrate", "--database-url", "c"], ["DATABASE_URL": "b"]).1.database == "c")
        #expect(try parse(["migrate"], ["TOOL_TIMEOUT": "2h"]).0.timeout == .seconds(7_200))
    }

    @Test("names the variable whose value is wrong")
    func namesTheVariable() throws {
        let error = try #require(throws: UsageError.self) { try parse(["migrate"], ["TOOL_TIMEOUT": "soon"]) }
        #expect(
            "\(error.problem)".hasPrefix(
                "'soon' is not valid for the variable TOOL_TIMEOUT: expected a duration"
            )
        )
    }

    @Test("refuses combinations that the set refuses")
    func refusesCombinations() throws {
        let error = try #require(throws: UsageError.self) {
            try parse(["migrate", "--status", "--print"], [:])
        }
        #expect(error.problem == .conflict("choose one of --status and --print"))
    }
}
