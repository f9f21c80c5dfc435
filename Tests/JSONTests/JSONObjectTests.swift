import JSON
import Testing

@Suite("JSONObject")
struct JSONObjectTests {
    @Test("keeps the order in which keys were added")
    func keepsOrder() {
        var object = JSONObject([("z", 1), ("a", 2)])
        object["m"] = 3
        object["z"] = 4
        #expect(object.keys == ["z", "a", "m"])
        #expect(object.map(\.value) == [4, 2, 3])
    }

    @Test("removes a key that is set to nil and still finds the others")
    func removesAKey() {
        var object = JSONObject([("a", 1), ("b", 2), ("c", 3)])
        object["a"] = nil
        object["missing"] = nil
        #expect(object.keys == ["b", "c"])
        #expect(object["c"] == 3)
        #expect(object["a"] == nil)
    }

    @Test("is equal to an object with the same pairs in another order")
    func isEqualInAnyOrder() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == JSONObject([("b", 2), ("a", 1)]))
        #expect(JSONObject([("a", 1)]) != JSONObject([("a", 1), ("b", 2)]))
        #expect(JSONObject([("a", 1)]) != JSONObject([("b", 1)]))
    }

    @Test("tells composed from decomposed letters")
    func tellsComposedFromDecomposed() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }
}
