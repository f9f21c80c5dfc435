import Arguments
import Testing

@Suite("ArgumentValue")
struct ArgumentValueTests {
    @Test("reads whole numbers that fit")
    func readsWholeNumbers() {
        #expect(Int(argument: "-12") == -12)
        #expect(Int64(argument: "9223372036854775807") == .max)
        #expect(UInt16(argument: "65535") == 65_535)
        #expect(["65536", "-1", "1.0", "", " 1", "0x1"].allSatisfy { UInt16(argument: $0) == nil })
    }

    @Test("reads an enumeration by its raw values and lists them")
    func readsAnEnumeration() {
        #expect(Shell(argument: "zsh") == .zsh)
        #expect(Shell(argument: "ZSH") == nil)
        #expect(Shell.allowedValues == ["bash", "zsh", "fish"])
        #expect(Shell.zsh.argument == "zsh")
    }
}
