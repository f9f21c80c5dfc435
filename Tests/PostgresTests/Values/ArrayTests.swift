import Postgres
import TestSupport
import Testing

@Suite("Arrays", .sharedDatabase, .timeLimit(.minutes(10)))
struct ArrayTests {
    @Test("are read whatever their lower bound is")
    func lowerBounds() async throws {
        #expect(try await read("'[0:2]={1,2,3}'::int4[]") == [1, 2, 3])
        #expect(try await read("'[-1:0]={\"=\",\"{\"}'::text[]") == ["=", "{"])
    }

    @Test("tell null from the text that looks like it")
    func nulls() async throws {
        #expect(try await read("array[null, 'NULL', '']::text[]") == [nil, "NULL", ""])
    }

    @Test("with a null need optional elements")
    func needOptionals() async throws {
        await #expect(throws: PostgresError.self) { try await read("array[1, null]", as: [Int].self) }
    }

    @Test(
        "of several dimensions are refused",
        arguments: ["array[[1,2],[3,4]]", "'[0:0][0:0]={{1}}'::int4[]"]
    )
    func dimensions(expression: String) async throws {
        let error = await #expect(throws: PostgresError.self) { try await read(expression, as: [Int].self) }
        #expect(error?.message.contains("expected a one-dimensional array") == true)
    }

    @Test("are not read from what is none, or holds something else")
    func wrongTypes() async throws {
        await #expect(throws: PostgresError.self) { try await read("'{1}'::text", as: [Int].self) }
        await #expect(throws: PostgresError.self) { try await read("array['1']", as: [Int].self) }
    }
}
