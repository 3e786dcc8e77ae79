/* An exporter whose every field, return code and exception is set from Python. */
#ifndef CHOSTILEEXPORTER_H
#define CHOSTILEEXPORTER_H

/* Makes `import hostile_exporter` work in this program: 0, or -1 with an exception set. With the GIL. */
int hostile_exporter_load(void);

#endif /* CHOSTILEEXPORTER_H */
