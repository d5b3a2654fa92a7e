// What a browser has and Node has not: a database.
import "fake-indexeddb/auto";
