package import Glibc

/// The folder of all data: tells what users did, so it is nobody else's.
package enum DataFolder {
  /// Makes the folder if it's missing, and sees to it that others can't read what is in it. One that was there may hold other
  /// things, too, so that only its folders of ours are changed.
  ///
  /// - Parameter group: whose members may read the archive; nil: nobody.
  /// - Throws: ``StoreError`` when the folder can't be made or used.
  package static func protect(_ path: String, group: gid_t?) throws {
    let isNew = access(path, F_OK) != 0
    try SmallFile.makeFolder(path, mode: group == nil ? 0o700 : 0o750)
    if isNew, let group { try give(path, group) }
    try tighten("\(path)/redis", 0o700, nil)
    let archive = "\(path)/archive"
    // So that what is made in it has the group from the start.
    if group != nil { try SmallFile.makeFolder(archive, mode: 0o750) }
    try tighten(archive, group == nil ? 0o700 : 0o2750, group)
  }

  /// What this process makes from here on, and its private Redis, is nobody else's but the group's.
  package static func restrictNewFiles(group: gid_t?) { umask(group == nil ? 0o077 : 0o027) }

  /// What isn't there is made with the right mode later.
  private static func tighten(_ path: String, _ mode: mode_t, _ group: gid_t?) throws {
    var about = stat()
    guard lstat(path, &about) == 0, about.st_mode & S_IFMT == S_IFDIR else { return }
    if let group, about.st_gid != group { try share(path, group) }
    // Another user's folder is that user's decision.
    guard about.st_uid == geteuid(), about.st_mode & 0o7777 != mode else { return }
    guard chmod(path, mode) == 0 else { throw StoreError.folder(path: path, reason: SmallFile.lastError) }
  }

  /// All that is in the folder: once, for what was there before the group was. Later files get it from their folder.
  private static func share(_ path: String, _ group: gid_t) throws {
    var about = stat()
    guard lstat(path, &about) == 0 else { return }
    switch about.st_mode & S_IFMT {
    case S_IFDIR:
      for name in try Folder.names(in: path) { try share("\(path)/\(name)", group) }
      try give(path, group)
      chmod(path, 0o2750)
    case S_IFREG:
      try give(path, group)
      chmod(path, 0o640)
    default: break
    }
  }

  private static func give(_ path: String, _ group: gid_t) throws {
    guard chown(path, uid_t.max, group) == 0 else { throw StoreError.folder(path: path, reason: SmallFile.lastError) }
  }

  /// The number of a group that is given by name or number; nil if there's none.
  package static func group(_ text: String) -> gid_t? {
    if let number = gid_t(text) { return number }
    return getgrnam(text)?.pointee.gr_gid
  }
}
