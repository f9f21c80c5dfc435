import JSON
import Testing

@Suite("JSONValue")
struct JSONValueTests {
    private let document: JSONValue = ["a": 1, "b": [true, nil], "c": "text"]

    @Test("is reached into by key and by position")
    func isReachedInto() {
        #expect(document["a"]?.number?.int == 1)
        #expect(document["b"]?[0]?.bool == true)
        #expect(document["b"]?[1] == .null)
        #expect(document["b"]?.array?.count == 2)
        #expect(document["c"]?.string == "text")
        #expect(document.object?.keys == ["a", "b", "c"])
    }

    @Test("answers nil where there is nothing of that kind")
    func answersNilWhereThereIsNothing() {
        #expect(document["missing"] == nil)
        #expect(document["a"]?["b"] == nil)
        #expect(document["b"]?[2] == nil)
        #expect(document["b"]?[-1] == nil)
        #expect(document["a"]?.string == nil)
        #expect(document.array == nil)
        #expect(document.number == nil)
        #expect(document.bool == nil)
        #expect(JSONValue.null.object == nil)
    }

    @Test("becomes null for a double that JSON cannot say")
    func becomesNullForANonFiniteDouble() {
        #expect(JSONValue(Double.infinity) == .null)
        #expect(JSONValue(0.5).text() == "0.5")
    }
}
