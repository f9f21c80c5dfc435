import Files
import FoundationEssentials
import Testing

@Suite("Files")
struct FilesTests {
    private let directory = "/tmp/files-\(UInt64.random(in: 0 ... .max))"

    private func inDirectory(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body()
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
    }

    @Test("a replacement is in its place only once it is finished, and leaves nothing when it is not")
    func replaces() throws {
        try inDirectory {
            let path = "\(directory)/file"
            for (text, finishes) in [("old", true), ("new", false)] {
                let file = try ReplacementFile(path, mode: 0o600)
                try file.write(text)
                #expect(try names.count { $0 != "file" } == 1)
                if finishes { try file.finish() }
            }
            #expect(try names == ["file"])
            #expect(try OpenFile.bytes(of: path, limit: 3) == Array("old".utf8))
            try FileWriter.append("er", to: path)
            #expect(try OpenFile.bytes(of: path, limit: 5) == Array("older".utf8))
        }
    }

    @Test("the end of a file is read, all of it if it is shorter, and never that of a link")
    func tail() throws {
        try inDirectory {
            let path = "\(directory)/file"
            let file = try ReplacementFile(path, mode: 0o600)
            try file.write("abcdef")
            try file.finish()
            #expect(try OpenFile.tail(of: path, length: 2) == Array("ef".utf8))
            #expect(try OpenFile.tail(of: path, length: 100) == Array("abcdef".utf8))
            try FileManager.default.createSymbolicLink(atPath: path + ".link", withDestinationPath: path)
            #expect(throws: FileError.self) { try OpenFile.tail(of: path + ".link", length: 2) }
            #expect(throws: FileError.self) { try OpenFile.tail(of: directory, length: 2) }
            let missing = try #require(throws: FileError.self) {
                try OpenFile.tail(of: path + "s", length: 2)
            }
            #expect(missing.isMissing)
        }
    }

    @Test("what is larger than the limit is refused, and cut where only its beginning is asked for")
    func limits() throws {
        try inDirectory {
            let path = "\(directory)/file"
            let file = try ReplacementFile(path, mode: 0o600)
            try file.write(String(repeating: "a", count: 100_000))
            try file.finish(durably: false)
            #expect(try OpenFile.bytes(of: path, limit: 100_000).count == 100_000)
            #expect(throws: FileError(.read, path, .tooLarge(99_999))) {
                try OpenFile.bytes(of: path, limit: 99_999)
            }
            #expect(try OpenFile(path).read(upTo: 10).count == 10)
        }
    }

    @Test("what is no regular file is refused where one is asked for")
    func kinds() throws {
        #expect(throws: FileError(.open, "/dev/null", .notRegular)) {
            try OpenFile.bytes(of: "/dev/null", limit: 1, requiresRegular: true)
        }
        #expect(throws: FileError.self) { try OpenFile.bytes(of: directory, limit: 1) }
        #expect(throws: FileError.self) { try ReplacementFile("\(directory)/file", mode: 0o600) }
        #expect(throws: FileError.self) { try FileWriter.append("", to: "\(directory)/file") }
    }
}
