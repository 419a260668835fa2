// kvstore is a key-value store over HTTP. An answer to a PUT means that the
// value is on the disk: it is there after the machine was stopped at any
// moment.
//
//	mke2fs -t ext3 disk.img 64M
//	eggcup set NET=y VFS=y VIRTIO_NET=y BLOCK=y EXT3=y
//	eggcup run examples/kvstore -- -drive file=disk.img,format=raw,if=virtio \
//	    -nic user,model=virtio-net-pci,hostfwd=tcp::8080-:8080
//	curl -X PUT -d blue localhost:8080/keys/sky
//	curl localhost:8080/keys/sky
//
// It is an ordinary Go program on go.etcd.io/bbolt: on Linux it does the same.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"go.etcd.io/bbolt"
)

// maxValue is the largest value that is taken.
const maxValue = 1 << 20

var bucket = []byte("keys")

func main() {
	address := flag.String("listen", ":8080", "address to listen on")
	path := flag.String("file", "/data/kv.db", "where the values are kept")
	flag.Parse()
	db, err := open(*path)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("kvstore: listening on", listener.Addr())
	log.Fatal(http.Serve(listener, store{db}.handler()))
}

// open opens the file and makes sure that everything in it is sound.
func open(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return nil, err
	}
	return db, db.View(func(tx *bbolt.Tx) error {
		var problems []error
		for problem := range tx.Check() {
			problems = append(problems, problem)
		}
		return errors.Join(problems...)
	})
}

type store struct{ db *bbolt.DB }

func (s store) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keys/{key}", s.get)
	mux.HandleFunc("PUT /keys/{key}", s.put)
	mux.HandleFunc("DELETE /keys/{key}", s.remove)
	mux.HandleFunc("GET /keys", s.list)
	return mux
}

func (s store) get(w http.ResponseWriter, r *http.Request) {
	found := false
	err := s.db.View(func(tx *bbolt.Tx) error {
		value := tx.Bucket(bucket).Get([]byte(r.PathValue("key")))
		found = value != nil
		if found {
			w.Write(value)
		}
		return nil
	})
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case !found:
		http.NotFound(w, r)
	}
}

func (s store) put(w http.ResponseWriter, r *http.Request) {
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxValue))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.change(w, func(b *bbolt.Bucket) error { return b.Put([]byte(r.PathValue("key")), value) })
}

func (s store) remove(w http.ResponseWriter, r *http.Request) {
	s.change(w, func(b *bbolt.Bucket) error { return b.Delete([]byte(r.PathValue("key"))) })
}

// change answers when the change is on the disk: bbolt ends each transaction
// with fdatasync. Changes that come at the same time share one.
func (s store) change(w http.ResponseWriter, do func(b *bbolt.Bucket) error) {
	if err := s.db.Batch(func(tx *bbolt.Tx) error { return do(tx.Bucket(bucket)) }); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// list answers with all keys, as JSON.
func (s store) list(w http.ResponseWriter, r *http.Request) {
	keys := []string{}
	err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(key, _ []byte) error {
			keys = append(keys, string(key))
			return nil
		})
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(keys)
}
