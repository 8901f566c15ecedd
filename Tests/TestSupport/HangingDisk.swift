import Foundation

/// A disk that stops answering, for one process: while ``hang()`` holds, its `fsync` and `fdatasync` of files in one folder
/// don't return. Made with a C compiler and `LD_PRELOAD`.
package final class HangingDisk: Sendable {
  package static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

  private let folder: TemporaryFolder
  private let files: String

  /// - Parameter files: a part of the paths of the files that hang.
  package init(files: String) async throws {
    folder = try TemporaryFolder()
    self.files = files
    try Self.source.write(toFile: "\(folder.path)/hang.c", atomically: true, encoding: .utf8)
    let built = try await HowUsedProgram().shell(
      "cd \(folder.path) && /usr/bin/cc -O1 -shared -fPIC -o hang.so hang.c -ldl"
    )
    guard built.status == 0 else { throw ChildProcess.StartError(description: built.error) }
  }

  /// For the process that it is to happen to.
  package var environment: [String: String] {
    // What `scripts/test --threads` loads stays loaded.
    let libraries = ["\(folder.path)/hang.so", ProcessInfo.processInfo.environment["LD_PRELOAD"]].compactMap { $0 }
    return [
      "LD_PRELOAD": libraries.joined(separator: ":"), "HANG_WHILE": switchPath, "HANG_FILES": files,
      "HANG_MARK": markPath,
    ]
  }

  package func hang() throws { try Data().write(to: URL(filePath: switchPath)) }

  package func goOn() throws { try FileManager.default.removeItem(atPath: switchPath) }

  /// Whether something waits, or has waited, for the disk.
  package var isWaitedFor: Bool { FileManager.default.fileExists(atPath: markPath) }

  private var switchPath: String { "\(folder.path)/hang" }
  private var markPath: String { "\(folder.path)/waiting" }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    static void wait_for(int file) {
      const char *on = getenv("HANG_WHILE"), *part = getenv("HANG_FILES"), *mark = getenv("HANG_MARK");
      char name[64], path[4096];
      if (!on || !part || access(on, F_OK)) return;
      snprintf(name, sizeof name, "/proc/self/fd/%d", file);
      ssize_t length = readlink(name, path, sizeof path - 1);
      if (length < 0) return;
      path[length] = 0;
      if (!strstr(path, part)) return;
      if (mark) close(open(mark, O_CREAT | O_WRONLY, 0600));
      while (!access(on, F_OK)) usleep(5000);
    }
    int fsync(int file) {
      wait_for(file);
      return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
    }
    int fdatasync(int file) {
      wait_for(file);
      return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
    }
    """
}
