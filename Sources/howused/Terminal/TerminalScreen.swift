import Foundation

/// The terminal as a screen that is drawn anew, with keys read as they are pressed. `restore` gives it back as it was.
struct TerminalScreen {
  private let before: termios

  /// Nil when standard output or input is no terminal.
  init?() {
    var settings = termios()
    guard isatty(1) == 1, isatty(0) == 1, tcgetattr(0, &settings) == 0 else { return nil }
    before = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(0, TCSANOW, &settings)
    // The other screen, without a cursor.
    Self.write("\u{1b}[?1049h\u{1b}[?25l")
  }

  func restore() {
    Self.write("\u{1b}[?25h\u{1b}[?1049l")
    var settings = before
    tcsetattr(0, TCSANOW, &settings)
  }

  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  func draw(_ lines: [String]) {
    Self.write("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
  }

  /// Whether `q` was pressed; waits for keys at most so long.
  func isQuit(within milliseconds: Int32) -> Bool {
    var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    guard poll(&input, 1, milliseconds) > 0 else { return false }
    var keys = [UInt8](repeating: 0, count: 64)
    let count = read(0, &keys, keys.count)
    // Without input (the terminal is gone) there is nobody to look.
    return count <= 0 || keys[..<count].contains { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
  }

  private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
