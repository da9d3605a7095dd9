// What only screens after the first say: fetched with them.
import board from "./board.json";
import reviews from "./reviews.json";
import channels from "./channels.json";
import api from "./api.json";
import settings from "./settings.json";

export default { board, reviews, channels, api, settings };
