// Command verify-log checks the log of a running Ketflow service with Go's own packages for transparency logs, as an auditor outside
// would: the signature of its checkpoint, every entry's inclusion, and that it continues an earlier checkpoint.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify_log.go -url http://127.0.0.1:8080/log -key VKEY [-old FILE]
//
// with golang.org/x/mod below that path, as Debian's golang-golang-x-mod-dev puts it there; no module is fetched.
//
// golang.org/x/mod/sumdb/note knows Ed25519 keys; the ML-DSA-44 line of the checkpoint is, to it, that of a signer it does not know.
package main

import (
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	url := flag.String("url", "", "where the log is served")
	key := flag.String("key", "", "its Ed25519 verifier key")
	old := flag.String("old", "", "file with an earlier checkpoint")
	flag.Parse()
	if err := verify(*url, *key, *old); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func verify(url, key, oldFile string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	signed, err := fetch(url + "/checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(signed, verifier)
	if err != nil {
		return err
	}
	// The reader believes no tile that does not lead to the signed root.
	hashes := tlog.TileHashReader(tree, &tileReader{url})
	if err := verifyEntries(url, tree, hashes); err != nil {
		return err
	}
	fmt.Printf("%s: %d entries, each included\n", verifier.Name(), tree.N)
	if oldFile == "" {
		return nil
	}
	signed, err = os.ReadFile(oldFile)
	if err != nil {
		return err
	}
	earlier, err := openCheckpoint(signed, verifier)
	if err != nil {
		return fmt.Errorf("the earlier checkpoint: %w", err)
	}
	proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("it does not continue the earlier checkpoint: %w", err)
	}
	fmt.Printf("it continues the %d entries of the earlier checkpoint\n", earlier.N)
	return nil
}

func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("the checkpoint is not that of the key's log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("the checkpoint's root is no hash")
	}
	return tlog.Tree{N: size, Hash: *(*tlog.Hash)(root)}, nil
}

func verifyEntries(url string, tree tlog.Tree, hashes tlog.HashReader) error {
	const perBundle = 1 << tileHeight
	for first := int64(0); first < tree.N; first += perBundle {
		width := tree.N - first
		if width > perBundle {
			width = perBundle
		}
		bundle, err := fetch(url + "/" + tilePath("entries", tlog.Tile{H: tileHeight, N: first / perBundle, W: int(width)}))
		if err != nil {
			return err
		}
		for index := first; index < first+width; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(bundle[0])<<8+int(bundle[1]) {
				return fmt.Errorf("the bundle of entry %d is cut off", index)
			}
			length := int(bundle[0])<<8 + int(bundle[1])
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	return nil
}

type tileReader struct{ url string }

func (*tileReader) Height() int                     { return tileHeight }
func (*tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (reader *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, 0, len(tiles))
	for _, tile := range tiles {
		data, err := fetch(reader.url + "/" + tilePath(strconv.Itoa(tile.L), tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// tilePath is that of tlog-tiles: Go's, with the height left out.
func tilePath(level string, tile tlog.Tile) string {
	tile.L = 0
	return "tile/" + level + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/0", tile.H))
}

func fetch(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
