import Telemetry
import Testing

@Suite("Log metadata")
struct LogMetadataTests {
    @Test("keeps the order of its keys")
    func keepsOrder() {
        let metadata: LogMetadata = ["b": 1, "a": "x", "c": true]
        #expect(metadata.fields.map(\.key) == ["b", "a", "c"])
    }

    @Test("replaces a value in its place when a key comes again")
    func replacesInPlace() {
        let metadata: LogMetadata = ["a": 1, "b": 2]
        let merged = metadata.merging(["a": 3, "c": 4])
        #expect(merged == ["a": 3, "b": 2, "c": 4])
    }

    @Test("forgets a key that is set to nil")
    func forgets() {
        var metadata: LogMetadata = ["a": 1, "b": 2]
        metadata["a"] = nil
        metadata["none"] = nil
        #expect(metadata == ["b": 2])
        #expect(metadata["a"] == nil)
    }
}
