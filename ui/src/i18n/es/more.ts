// What only screens after the first say: fetched with them.
import board from "./board.json";
import reviews from "./reviews.json";
import channels from "./channels.json";
import api from "./api.json";
import settings from "./settings.json";
import playground from "./playground.json";
import reports from "./reports.json";
import templates from "./templates.json";
import refusals from "./refusals.json";
import begin from "./begin.json";

export default { board, reviews, channels, api, settings, playground, reports, templates, refusals, begin };
