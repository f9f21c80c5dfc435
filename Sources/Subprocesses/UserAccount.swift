import Glibc

/// A user of this machine, as its user database knows it.
public struct UserAccount: Sendable, Equatable {
    /// The login name.
    public let name: String
    /// The numeric user.
    public let userID: UInt32
    /// The numeric primary group.
    public let groupID: UInt32
    /// The home directory, which need not exist.
    public let home: String

    /// The user of that name, or nil where there is none.
    public init?(named name: String) {
        let found: UserAccount? = unsafe Self.lookUp { record, buffer, size, result in
            unsafe getpwnam_r(name, record, buffer, size, result)
        }
        guard let found else { return nil }
        self = found
    }

    /// The user of that number, or nil where there is none.
    public init?(userID: UInt32) {
        let found: UserAccount? = unsafe Self.lookUp { record, buffer, size, result in
            unsafe getpwuid_r(userID, record, buffer, size, result)
        }
        guard let found else { return nil }
        self = found
    }

    private init(name: String, userID: UInt32, groupID: UInt32, home: String) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
        self.home = home
    }

    /// The user this process acts as; a number without an entry gets the number as its name.
    public static var current: UserAccount {
        UserAccount(userID: geteuid())
            ?? UserAccount(name: String(geteuid()), userID: geteuid(), groupID: getegid(), home: "/")
    }

    private static func lookUp(
        _ call: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> UserAccount? {
        var record = unsafe passwd()
        var result: UnsafeMutablePointer<passwd>?
        let capacity = 16_384
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            guard let start = buffer.baseAddress, unsafe call(&record, start, capacity, &result) == 0,
                let found = unsafe result, let name = unsafe found.pointee.pw_name
            else { return nil }
            return unsafe UserAccount(
                name: String(cString: name),
                userID: found.pointee.pw_uid,
                groupID: found.pointee.pw_gid,
                home: found.pointee.pw_dir.map { unsafe String(cString: $0) } ?? "/"
            )
        }
    }
}
