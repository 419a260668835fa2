// stores keeps rows and keys in databases that are written in Go, in the folders
// that are its arguments.
package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/dgraph-io/badger/v4"
	_ "modernc.org/sqlite"
)

func main() {
	for _, folder := range os.Args[1:] {
		os.MkdirAll(folder, 0o755)
		try("in "+folder, "modernc.org/sqlite", func() error { return sqlite(folder) })
		try("in "+folder, "github.com/dgraph-io/badger/v4", func() error { return badgerDB(filepath.Join(folder, "badger")) })
		try("in "+folder, "github.com/cockroachdb/pebble/v2", func() error { return pebbleDB(filepath.Join(folder, "pebble")) })
	}
	fmt.Println("DONE")
}

// sqlite makes a table in both of the usual journal modes, and checks it.
func sqlite(folder string) error {
	for _, mode := range []string{"delete", "wal"} {
		db, err := sql.Open("sqlite", filepath.Join(folder, mode+".db")+"?_pragma=journal_mode("+mode+")&_pragma=busy_timeout(5000)")
		if err != nil {
			return err
		}
		if _, err = db.Exec("create table if not exists t (k integer primary key, v text)"); err != nil {
			return fmt.Errorf("%s: %w", mode, err)
		}
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		for i := range 2000 {
			if _, err = tx.Exec("insert or replace into t values (?, ?)", i, fmt.Sprint("value ", i)); err != nil {
				return err
			}
		}
		if err = tx.Commit(); err != nil {
			return err
		}
		var n int
		var check string
		if err = db.QueryRow("select count(*) from t").Scan(&n); err != nil || n != 2000 {
			return fmt.Errorf("%s: %d %v", mode, n, err)
		}
		if err = db.QueryRow("pragma integrity_check").Scan(&check); err != nil || check != "ok" {
			return fmt.Errorf("%s: %s %v", mode, check, err)
		}
		var is string
		db.QueryRow("pragma journal_mode").Scan(&is)
		if is != mode {
			return fmt.Errorf("journal mode %s instead of %s", is, mode)
		}
		if err = db.Close(); err != nil {
			return err
		}
	}
	return nil
}

// badgerDB writes keys twice, with the store closed between.
func badgerDB(folder string) error {
	for round := range 2 {
		db, err := badger.Open(badger.DefaultOptions(folder).WithLogger(nil).WithMemTableSize(8 << 20).WithValueLogFileSize(16 << 20).WithBlockCacheSize(4 << 20))
		if err != nil {
			return err
		}
		wb := db.NewWriteBatch()
		for i := range 2000 {
			if err = wb.Set(fmt.Appendf(nil, "key %d", i), fmt.Appendf(nil, "value %d %d", round, i)); err != nil {
				return err
			}
		}
		if err = wb.Flush(); err != nil {
			return err
		}
		err = db.View(func(tx *badger.Txn) error {
			item, err := tx.Get([]byte("key 1999"))
			if err != nil {
				return err
			}
			v, err := item.ValueCopy(nil)
			if err == nil && string(v) != fmt.Sprintf("value %d 1999", round) {
				err = fmt.Errorf("%q", v)
			}
			return err
		})
		if err != nil {
			return err
		}
		if err = db.Close(); err != nil {
			return err
		}
	}
	return nil
}

// quiet is a log of nothing.
type quiet struct{}

func (quiet) Infof(string, ...any)      {}
func (quiet) Errorf(string, ...any)     {}
func (quiet) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

// pebbleDB does the same.
func pebbleDB(folder string) error {
	for round := range 2 {
		db, err := pebble.Open(folder, &pebble.Options{Logger: quiet{}})
		if err != nil {
			return err
		}
		for i := range 2000 {
			if err = db.Set(fmt.Appendf(nil, "key %d", i), fmt.Appendf(nil, "value %d", i), pebble.NoSync); err != nil {
				return err
			}
		}
		if err = db.Set([]byte("round"), fmt.Append(nil, round), pebble.Sync); err != nil {
			return err
		}
		if err = db.Flush(); err != nil {
			return err
		}
		v, c, err := db.Get([]byte("key 1999"))
		if err != nil || string(v) != "value 1999" {
			return fmt.Errorf("%q %v", v, err)
		}
		c.Close()
		if err = db.Close(); err != nil {
			return err
		}
	}
	return nil
}
