"""Make the mistakes that a sanitizer has to report: planted.py LIBRARY MISTAKE."""

import ctypes
import sys
import threading

library, mistake = ctypes.CDLL(sys.argv[1]), sys.argv[2]
function = library["planted_" + mistake]
match mistake:
    case "shift":
        function(40)
    case "misaligned_load":
        function(ctypes.create_string_buffer(64))
    case "pointer_overflow":
        function(ctypes.create_string_buffer(64), ctypes.c_ulong(2**64 - 1))
    case "race":
        barrier = threading.Barrier(2)
        threads = [threading.Thread(target=lambda: (barrier.wait(), function())) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    case _:
        function()
